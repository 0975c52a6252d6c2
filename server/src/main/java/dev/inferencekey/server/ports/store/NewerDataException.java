package dev.inferencekey.server.ports.store;

/**
 * The data was written by a newer release than this one, and was left as it is. The message is one sentence for people that says
 * which release wrote it and what to do.
 */
public final class NewerDataException extends RuntimeException {
    public NewerDataException(String message) {
        super(message);
    }
}
