package dev.inferencekey.server.telemetry;

/** Tracing can't be set up; the message is one sentence that says why. */
public final class TelemetryStartException extends RuntimeException {
    public TelemetryStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
