package dev.inferencekey.server.gateway;

/** The gateway can't listen; the message is one sentence that names the port and says what to do. */
public final class GatewayStartException extends RuntimeException {
    public GatewayStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
