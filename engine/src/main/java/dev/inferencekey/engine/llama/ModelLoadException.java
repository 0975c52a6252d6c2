package dev.inferencekey.engine.llama;

import java.io.Serial;

/** A model that llama.cpp could not load; the message is one sentence with its reason. */
public final class ModelLoadException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    ModelLoadException(String message) {
        super(message);
    }
}
