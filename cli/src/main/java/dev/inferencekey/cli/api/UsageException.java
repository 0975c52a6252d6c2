package dev.inferencekey.cli.api;

/** The command was not given what it needs, or was given something else; nothing was sent. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }

    public UsageException(String message, Throwable cause) {
        super(message, cause);
    }
}
