package dev.inferencekey.server.app;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a platform can be watched. Immutable; the {@code with…} methods give changed copies.
 *
 * @param adminHost the address where metrics and health are served; {@code 127.0.0.1} by default. There is no credential for it.
 * @param adminPort where on it; {@link UsualPort} by default
 * @param accessLog where a line for each data-plane request goes; {@link AccessLogTarget#FILE} by default
 * @param otlpEndpoint where spans are sent, as OTLP over HTTP, such as {@code http://collector:4318}; null for what the environment says
 *     ({@code OTEL_EXPORTER_OTLP_ENDPOINT}), and if that says nothing, requests are not traced
 * @param traceRatio of the requests whose caller does not say whether to trace, how many are: 0 to 1; null for what the environment says
 *     ({@code OTEL_TRACES_SAMPLER}), and if that says nothing, all are
 */
public record ObservabilityConfig(
        String adminHost,
        AdminPort adminPort,
        AccessLogTarget accessLog,
        @Nullable URI otlpEndpoint,
        @Nullable Double traceRatio) {
    /** The port that the admin listener has unless something else has it already. */
    public static final int USUAL_ADMIN_PORT = 9464;

    /** Where the admin listener listens. */
    public sealed interface AdminPort {}

    /** Nowhere. */
    public record NoPort() implements AdminPort {}

    /** {@value #USUAL_ADMIN_PORT}, or any free one if that is taken: who did not ask for a port is not kept from starting by one. */
    public record UsualPort() implements AdminPort {}

    /** This one, 0 for any free one; the start fails if it is taken. */
    public record ExactPort(int port) implements AdminPort {
        public ExactPort {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("the admin port must be 0 to 65535, was " + port);
            }
        }
    }

    /** Where the access log goes. */
    public enum AccessLogTarget {
        OFF,
        /** {@code logs/access.log} in the data folder. */
        FILE,
        /** The process's standard output. */
        STDOUT
    }

    public ObservabilityConfig {
        if (adminHost.isBlank()) {
            throw new IllegalArgumentException("the admin address must not be empty");
        }
        if (otlpEndpoint != null && !isHttp(otlpEndpoint)) {
            throw new IllegalArgumentException("the OTLP endpoint must be an http or https URL, was " + otlpEndpoint);
        }
        if (traceRatio != null && !(traceRatio >= 0 && traceRatio <= 1)) {
            throw new IllegalArgumentException("the trace ratio must be 0 to 1, was " + traceRatio);
        }
    }

    public static ObservabilityConfig defaults() {
        return new ObservabilityConfig("127.0.0.1", new UsualPort(), AccessLogTarget.FILE, null, null);
    }

    public ObservabilityConfig withAdminHost(String host) {
        return new ObservabilityConfig(host, adminPort, accessLog, otlpEndpoint, traceRatio);
    }

    public ObservabilityConfig withAdminPort(AdminPort port) {
        return new ObservabilityConfig(adminHost, port, accessLog, otlpEndpoint, traceRatio);
    }

    public ObservabilityConfig withAccessLog(AccessLogTarget target) {
        return new ObservabilityConfig(adminHost, adminPort, target, otlpEndpoint, traceRatio);
    }

    public ObservabilityConfig withOtlpEndpoint(@Nullable URI endpoint) {
        return new ObservabilityConfig(adminHost, adminPort, accessLog, endpoint, traceRatio);
    }

    public ObservabilityConfig withTraceRatio(@Nullable Double ratio) {
        return new ObservabilityConfig(adminHost, adminPort, accessLog, otlpEndpoint, ratio);
    }

    /** Whether the environment asks for traces: by an endpoint, and without switching them off. */
    static boolean asksForTraces(Map<String, String> environment) {
        boolean endpoint = isSet(environment, "OTEL_EXPORTER_OTLP_ENDPOINT")
                || isSet(environment, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        return endpoint
                && !"true".equalsIgnoreCase(environment.getOrDefault("OTEL_SDK_DISABLED", ""))
                && !"none".equalsIgnoreCase(environment.getOrDefault("OTEL_TRACES_EXPORTER", ""));
    }

    private static boolean isSet(Map<String, String> environment, String variable) {
        return !environment.getOrDefault(variable, "").isBlank();
    }

    private static boolean isHttp(URI url) {
        return ("http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme()))
                && url.getHost() != null;
    }
}
