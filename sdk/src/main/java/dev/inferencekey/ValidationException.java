package dev.inferencekey;

/** A request that can't be right: refused by the server (400), or by the client before it was sent; then {@link #statusCode()} is 0. */
public class ValidationException extends InferenceKeyException {
    ValidationException(String message, ErrorDetails details) {
        super("validation error: " + message, details, null);
    }

    ValidationException(String message) {
        this(message, ErrorDetails.NONE);
    }
}
