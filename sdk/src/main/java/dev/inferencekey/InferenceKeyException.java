package dev.inferencekey;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.internal.Causes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call that did not succeed. Every exception of this client is one, apart from {@link NullPointerException} for a null argument
 * and {@link IllegalStateException} for a client that is closed.
 *
 * <p>Unchecked. Neither the message nor any cause shows a credential in full: {@code ik_live_a1b2c3d4…} is all there is.
 */
public abstract class InferenceKeyException extends RuntimeException {
    private final int statusCode;
    private final @Nullable String code;
    private final @Nullable String requestId;

    InferenceKeyException(String message, ErrorDetails details, @Nullable Throwable cause) {
        super(Redaction.scrub(message), Causes.scrubbed(cause));
        this.statusCode = details.statusCode();
        this.code = scrub(details.code());
        this.requestId = scrub(details.requestId());
    }

    private static @Nullable String scrub(@Nullable String text) {
        return text == null ? null : Redaction.scrub(text);
    }

    /** The HTTP status, 0 if there was no answer or none was asked for. */
    public int statusCode() {
        return statusCode;
    }

    /** The code that says what it is, such as {@code workload_not_found}; empty if the answer carried none. */
    public Optional<String> code() {
        return Optional.ofNullable(code);
    }

    /** The server's {@code X-Request-Id}: quote it when you report a problem. Empty if there was no answer. */
    public Optional<String> requestId() {
        return Optional.ofNullable(requestId);
    }
}
