package dev.inferencekey.engine.gguf;

import java.io.Serial;

/** A file that cannot be read as a GGUF model; the message is one sentence for the person who named the file. */
public final class GgufFormatException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    GgufFormatException(String message) {
        super(message);
    }
}
