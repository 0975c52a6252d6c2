package dev.inferencekey.server.ports.store;

import org.jspecify.annotations.Nullable;

/** The store can't be used now. The message is one sentence for people that says what to do and holds no SQL. */
public final class StoreUnavailableException extends RuntimeException {
    public StoreUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
