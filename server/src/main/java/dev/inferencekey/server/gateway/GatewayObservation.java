package dev.inferencekey.server.gateway;

import dev.inferencekey.server.ports.log.LineLog;
import dev.inferencekey.server.ports.trace.Tracing;
import org.jspecify.annotations.Nullable;

/**
 * Who else is told of each data-plane request. Thread-safe.
 *
 * @param accessLog takes one line for each; null if none is kept
 * @param tracing null if requests are not traced
 */
public record GatewayObservation(
        @Nullable LineLog accessLog, @Nullable Tracing tracing) {
    /** Nobody. */
    public static final GatewayObservation NONE = new GatewayObservation(null, null);
}
