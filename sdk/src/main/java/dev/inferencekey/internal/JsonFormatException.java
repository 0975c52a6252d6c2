package dev.inferencekey.internal;

/** Something that should be JSON of a certain shape and is not. Says where, and quotes nothing of it. */
public final class JsonFormatException extends RuntimeException {
    private final String reason;

    JsonFormatException(String reason) {
        super(reason);
        this.reason = reason;
    }

    /** What is wrong. */
    public String reason() {
        return reason;
    }
}
