package dev.inferencekey.contract.sse;

/** A stream that can't be read as Server-Sent Events within the limits. */
public final class SseFormatException extends RuntimeException {
    public SseFormatException(String message) {
        super(message);
    }
}
