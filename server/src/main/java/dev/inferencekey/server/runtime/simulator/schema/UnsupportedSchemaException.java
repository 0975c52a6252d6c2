package dev.inferencekey.server.runtime.simulator.schema;

import java.util.Objects;

/** No value can be made for a schema; the message says which part of it is in the way, for the caller. */
public final class UnsupportedSchemaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnsupportedSchemaException(String message) {
        // Thrown and caught often while alternatives are tried: no stack trace.
        super(message, null, false, false);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
