package dev.inferencekey.declaration;

/** A file of declarations can't be read, or says something that can't be; the message names the file, and the line if there is one. */
public final class DeclarationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DeclarationException(String message) {
        super(message);
    }

    DeclarationException(String message, Throwable cause) {
        super(message, cause);
    }
}
