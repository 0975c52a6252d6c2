package dev.inferencekey.cli.up;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a platform is to be started.
 *
 * @param host the address to listen on
 * @param port the port to listen on, 0 for any free one
 * @param observability metrics, health, access log, traces
 * @param logLevel of the platform's own messages: error, warn, info, debug or trace
 */
public record LaunchSettings(Path dataFolder, String host, int port, String logLevel, Observability observability) {
    /**
     * How it can be watched.
     *
     * @param adminHost the address to serve metrics and health on
     * @param adminPort the port, 0 for any free one, {@link #NO_PORT} for none; null for the usual one or, if that is taken, any other
     * @param accessLog {@code OFF}, {@code FILE} or {@code STDOUT}
     * @param otlpEndpoint where traces go; null for what the environment says
     * @param traceRatio 0 to 1; null for what the environment says
     */
    public record Observability(
            String adminHost,
            @Nullable Integer adminPort,
            String accessLog,
            @Nullable URI otlpEndpoint,
            @Nullable Double traceRatio) {
        /** No admin port. */
        public static final int NO_PORT = -1;
    }
}
