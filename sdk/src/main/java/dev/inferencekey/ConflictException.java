package dev.inferencekey;

/** The change contradicts what is there (409), for instance a slug that is taken. */
public final class ConflictException extends ApiException {
    ConflictException(String message, ErrorDetails details) {
        super("conflict: " + message, details);
    }
}
