package dev.inferencekey.server.app;

/** The platform can't start. The message is one sentence for people that says what to do. */
public final class StartupException extends RuntimeException {
    public StartupException(String message) {
        super(message);
    }

    public StartupException(String message, Throwable cause) {
        super(message, cause);
    }
}
