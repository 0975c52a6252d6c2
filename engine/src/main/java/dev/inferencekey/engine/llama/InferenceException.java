package dev.inferencekey.engine.llama;

import java.io.Serial;

/** A request that llama.cpp refused or failed while computing it; the message is llama.cpp's own. */
public final class InferenceException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    InferenceException(String message, Throwable cause) {
        super(message, cause);
    }
}
