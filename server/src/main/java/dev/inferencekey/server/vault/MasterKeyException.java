package dev.inferencekey.server.vault;

import org.jspecify.annotations.Nullable;

/** The master key can't be used. The message is one sentence for people that says what to do. */
public final class MasterKeyException extends RuntimeException {
    MasterKeyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
