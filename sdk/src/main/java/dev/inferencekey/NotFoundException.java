package dev.inferencekey;

/** What was addressed does not exist (404), or this workload does not serve the route. */
public final class NotFoundException extends ApiException {
    NotFoundException(String message, ErrorDetails details) {
        super("not found: " + message, details);
    }
}
