package dev.inferencekey.server.admin;

/** The admin listener can't listen; the message is one sentence that names the port and says what to do. */
public final class AdminStartException extends RuntimeException {
    public AdminStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
