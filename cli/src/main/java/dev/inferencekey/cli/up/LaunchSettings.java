package dev.inferencekey.cli.up;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a platform is to be started.
 *
 * @param host the address to listen on
 * @param port the port to listen on, 0 for any free one
 * @param observability metrics, health, access log, traces
 * @param edge TLS, proxies in front, browsers, a control plane apart
 * @param logLevel of the platform's own messages: error, warn, info, debug or trace
 */
public record LaunchSettings(
        Path dataFolder, String host, int port, String logLevel, Observability observability, Edge edge) {
    /**
     * How it meets the world outside.
     *
     * @param tls null for plain HTTP
     * @param trustedProxies addresses in CIDR notation
     * @param corsOrigins origins of web pages, or {@code *}
     * @param control null for one address for everything
     */
    public record Edge(
            @Nullable Tls tls,
            List<String> trustedProxies,
            List<String> corsOrigins,
            @Nullable Control control) {
        /** Plain HTTP, for nobody in particular. */
        public static final Edge PLAIN = new Edge(null, List.of(), List.of(), null);
    }

    /** PEM files. */
    public record Tls(Path certificate, Path privateKey) {}

    /**
     * The control plane's own address.
     *
     * @param clientAuthority a PEM file of those who sign clients' certificates
     */
    public record Control(String host, int port, Tls tls, Path clientAuthority) {}

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
