package dev.inferencekey;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a call ended.
 *
 * @param elapsed since the call began; of a stream, until it was read to its end or closed
 * @param attempts how many requests were sent, at least 1 unless the client was closed
 * @param status the HTTP status of the last answer, 0 if there was none
 * @param errorType null if the call succeeded; otherwise one of few values: the server's error code if it is one of InferenceKey's, the
 *     status as text, {@code timeout}, {@code connection_failed} (nothing was sent), {@code connection_lost}, {@code cancelled}, {@code
 *     client_closed}, {@code unreadable_answer}, {@code stream_error}
 * @param failure the exception that the caller got; null if the call succeeded or the caller cancelled it. Its message may quote the server
 * @param requestId the server's name for the request, if it answered
 * @param model that answered, as the model server names it
 * @param finishReason why the model stopped
 * @param usage in tokens, if the server counted
 */
public record CallOutcome(
        Duration elapsed,
        int attempts,
        int status,
        @Nullable String errorType,
        @Nullable InferenceKeyException failure,
        @Nullable String requestId,
        @Nullable String model,
        @Nullable String finishReason,
        @Nullable Usage usage) {
    /** Whether the caller got what it asked for. */
    public boolean isSuccess() {
        return errorType == null;
    }

    /** The server's error code as it sent it, also one that {@link #errorType} does not know. */
    public Optional<String> errorCode() {
        return failure == null ? Optional.empty() : failure.code();
    }
}
