package dev.inferencekey.engine.grammar;

import java.io.Serial;

/** A schema that no grammar is made for; the message says which part of it is in the way, for the caller. */
public final class UnsupportedSchemaException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    UnsupportedSchemaException(String message) {
        super(message);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
