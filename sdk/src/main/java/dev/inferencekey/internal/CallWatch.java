package dev.inferencekey.internal;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Is told how the transport gets on with a call. Never throws. */
public interface CallWatch {
    /** Watches nothing. */
    CallWatch NONE = new CallWatch() {};

    /** Headers to send with each attempt. */
    default Map<String, String> headers() {
        return Map.of();
    }

    /** A request is about to be sent, the {@code number}th. */
    default void attempt(int number) {}

    /** An attempt failed, with an answer's status or, if that is 0, without one; the next comes after a pause. */
    default void retrying(int status, @Nullable Throwable failure, Duration pause) {}
}
