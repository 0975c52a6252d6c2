package dev.inferencekey;

/** Missing or contradictory configuration, found before any request. */
public final class ConfigurationException extends InferenceKeyException {
    ConfigurationException(String message) {
        super("configuration error: " + message, ErrorDetails.NONE, null);
    }
}
