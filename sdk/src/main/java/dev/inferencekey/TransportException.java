package dev.inferencekey;

import org.jspecify.annotations.Nullable;

/**
 * No answer, or not a whole one: the connection failed, was cut off, or took longer than allowed; or the waiting thread was
 * interrupted. What the server did is unknown, unless the message says that no connection came about.
 */
public final class TransportException extends InferenceKeyException {
    private final boolean timeout;

    TransportException(String message, @Nullable Throwable cause) {
        this(message, cause, false);
    }

    private TransportException(String message, @Nullable Throwable cause, boolean timeout) {
        super("transport error: " + message, ErrorDetails.NONE, cause);
        this.timeout = timeout;
    }

    /** It took longer than allowed. */
    static TransportException timeout(String message, @Nullable Throwable cause) {
        return new TransportException(message, cause, true);
    }

    /** Whether a limit of the client ended it: that of the call, of connecting, or of a stream's silence. */
    public boolean isTimeout() {
        return timeout;
    }
}
