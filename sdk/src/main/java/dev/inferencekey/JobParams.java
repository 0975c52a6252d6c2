package dev.inferencekey;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Work to be done later. Immutable and thread-safe.
 *
 * {@snippet :
 * JobParams.json(JobKind.CHAT, Map.of("messages", List.of(Map.of("role", "user", "content", "Summarise …"))))
 *         .withContext(Map.of("ticket", 4711))
 *         .withIdempotencyKey("ticket-4711");
 * }
 */
public final class JobParams {
    private static final int MAX_KEY_LENGTH = 255;

    private final JobKind kind;
    private final Body body;
    private final @Nullable Object context;
    private final @Nullable String idempotencyKey;

    private JobParams(JobKind kind, Body body, @Nullable Object context, @Nullable String idempotencyKey) {
        this.kind = kind;
        this.body = body;
        this.context = context;
        this.idempotencyKey = idempotencyKey;
    }

    private sealed interface Body {
        record Json(Map<String, @Nullable Object> object) implements Body {}

        record Binary(String base64, String contentType) implements Body {}
    }

    /**
     * A job with a JSON request.
     *
     * @param request exactly what the synchronous route takes, as plain JSON; {@code model} may be left out
     */
    public static JobParams json(JobKind kind, Map<String, ?> request) {
        return new JobParams(
                Objects.requireNonNull(kind, "kind"), new Body.Json(PlainJson.object(request, "body")), null, null);
    }

    /**
     * A job with a binary request, for audio and images.
     *
     * @param request the exact bytes of the synchronous request's body
     * @param contentType their type, with the boundary if it is multipart
     */
    public static JobParams binary(JobKind kind, byte[] request, String contentType) {
        if (contentType.isBlank()) {
            throw new ValidationException("content_type must not be empty");
        }
        return new JobParams(
                Objects.requireNonNull(kind, "kind"),
                new Body.Binary(Base64.getEncoder().encodeToString(request), contentType),
                null,
                null);
    }

    /** The same with something of the caller's that comes back with the result: any plain JSON value. */
    public JobParams withContext(@Nullable Object value) {
        return new JobParams(kind, body, PlainJson.value(value, "context"), idempotencyKey);
    }

    /**
     * The same with a key under which the server takes the job once, however often it is submitted: 1 to 255 visible ASCII
     * characters. With a key, submitting is tried again like any call that does no harm twice.
     */
    public JobParams withIdempotencyKey(String value) {
        boolean visible = value.chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (value.isEmpty() || value.length() > MAX_KEY_LENGTH || !visible) {
            throw new ValidationException(
                    "the idempotency key must be 1 to " + MAX_KEY_LENGTH + " visible ASCII characters");
        }
        Slugs.refuseCredential(value, "idempotency key");
        return new JobParams(kind, body, context, value);
    }

    Optional<String> idempotencyKey() {
        return Optional.ofNullable(idempotencyKey);
    }

    Map<String, @Nullable Object> toJson(String model) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("kind", kind.wire());
        if (body instanceof Body.Json request) {
            Map<String, @Nullable Object> whole = new LinkedHashMap<>();
            whole.put("model", model);
            whole.putAll(request.object());
            json.put("body", whole);
        } else if (body instanceof Body.Binary request) {
            json.put("body_b64", request.base64());
            json.put("content_type", request.contentType());
        }
        if (context != null) {
            json.put("context", context);
        }
        return json;
    }

    /** The kind alone: requests are private. */
    @Override
    public String toString() {
        return "JobParams[" + kind.wire() + "]";
    }
}
