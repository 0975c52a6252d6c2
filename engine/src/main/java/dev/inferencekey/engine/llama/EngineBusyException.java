package dev.inferencekey.engine.llama;

import java.io.Serial;

/** Thrown when so many requests wait for a slot that one more would only make all of them slower. */
public final class EngineBusyException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    EngineBusyException() {
        super("too many requests are waiting for this model");
    }
}
