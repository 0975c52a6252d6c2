package dev.inferencekey.server.runtime.isolation;

import java.io.Serial;

/** Model servers can't be isolated on this machine; the message says why, and what to do. */
public final class IsolationUnavailableException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    IsolationUnavailableException(String message) {
        super(message);
    }
}
