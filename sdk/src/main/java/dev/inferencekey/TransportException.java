package dev.inferencekey;

import org.jspecify.annotations.Nullable;

/**
 * No answer, or not a whole one: the connection failed, was cut off, or took longer than allowed; or the waiting thread was
 * interrupted. What the server did is unknown, unless the message says that no connection came about.
 */
public final class TransportException extends InferenceKeyException {
    TransportException(String message, @Nullable Throwable cause) {
        super("transport error: " + message, ErrorDetails.NONE, cause);
    }
}
