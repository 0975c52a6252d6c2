package dev.inferencekey;

import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A submitted job. Immutable.
 *
 * @param id as {@link Endpoint#submitJob} returned it
 * @param status as the server names it: {@code ok} is done well
 * @param payload the result of kinds that answer with JSON, as plain JSON
 * @param output the result of kinds that answer with text
 * @param binaryBase64 the result of kinds that answer with bytes; {@link #binary} decodes it
 * @param contentType of those bytes
 * @param usage null until it is known
 * @param error why it failed, null if it did not
 * @param raw the whole answer
 */
public record Job(
        String id,
        String status,
        @Nullable Object payload,
        @Nullable String output,
        @Nullable String binaryBase64,
        @Nullable String contentType,
        @Nullable Usage usage,
        @Nullable String error,
        RawJson raw) {
    private static final Set<String> UNFINISHED = Set.of("queued", "pending", "running");

    /** Whether it has ended, well or not. */
    public boolean isFinished() {
        return !UNFINISHED.contains(status);
    }

    /** The bytes of a binary result; empty if there are none. */
    public Optional<byte[]> binary() {
        return Optional.ofNullable(binaryBase64).map(Base64.getDecoder()::decode);
    }

    static @Nullable String error(Map<?, ?> json) {
        Map<?, ?> object = JsonShape.object(json, "error");
        return object == null ? JsonShape.string(json, "error") : JsonShape.string(object, "message");
    }

    /** Without the results, which are large and private. */
    @Override
    public String toString() {
        return "Job[" + Shown.name(id) + ", " + Shown.name(status)
                + (error == null ? "]" : ", " + Shown.name(error) + "]");
    }
}
