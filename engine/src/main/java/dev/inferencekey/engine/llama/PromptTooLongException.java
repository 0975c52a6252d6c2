package dev.inferencekey.engine.llama;

import java.io.Serial;

/** A text with more tokens than the model can take at once; the message says how many, and how many fit. */
public final class PromptTooLongException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    PromptTooLongException(String message) {
        super(message);
    }
}
