package dev.inferencekey.server.store.transfer;

import org.jspecify.annotations.Nullable;

/** A store could not be copied, restored or looked at; nothing was changed. The message is a sentence that says what to do. */
public final class TransferException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public TransferException(String message) {
        this(message, null);
    }

    public TransferException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
