package dev.inferencekey;

/** The server does not accept the credential (401): unknown, wrong, and for API keys also revoked or expired. */
public final class AuthenticationException extends InferenceKeyException {
    AuthenticationException(String message, ErrorDetails details) {
        super("authentication failed: " + message, details, null);
    }
}
