package dev.inferencekey.engine.options;

import java.io.Serial;

/** A command line that the engine refuses; the message is one sentence that says what to write instead. */
public final class UsageException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
