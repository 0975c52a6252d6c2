package dev.inferencekey.server.app;

import dev.inferencekey.server.accesslog.AccessLog;
import dev.inferencekey.server.admin.AdminServer;
import dev.inferencekey.server.admin.AdminStartException;
import dev.inferencekey.server.gateway.GatewayObservation;
import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.metrics.MetricSource;
import dev.inferencekey.server.telemetry.OpenTelemetryTracing;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the process can be watched: access log, traces, and an address for metrics and health. Thread-safe. */
final class Observability {
    private static final Logger LOG = LoggerFactory.getLogger(Observability.class);

    private final ObservabilityConfig config;
    private final @Nullable AccessLog accessLog;
    private final @Nullable OpenTelemetryTracing tracing;
    private final @Nullable AdminServer admin;
    /** What starts later joins. */
    private final List<MetricSource> watched;

    private Observability(
            ObservabilityConfig config,
            @Nullable AccessLog accessLog,
            @Nullable OpenTelemetryTracing tracing,
            @Nullable AdminServer admin,
            List<MetricSource> watched) {
        this.config = config;
        this.accessLog = accessLog;
        this.tracing = tracing;
        this.admin = admin;
        this.watched = watched;
    }

    /**
     * Opens what the config asks for; whoever closes {@code closing} closes it.
     *
     * @throws AdminStartException if the address for metrics and health is not available
     * @throws dev.inferencekey.server.telemetry.TelemetryStartException if traces can't be sent
     */
    static Observability open(
            PlatformConfig platform,
            DataFolder folder,
            PlatformHealth health,
            Map<String, String> environment,
            Closing closing) {
        ObservabilityConfig config = platform.observability();
        AccessLog accessLog = accessLog(config, folder);
        if (accessLog != null) {
            closing.later(accessLog);
        }
        OpenTelemetryTracing tracing = tracing(config, platform.gateway().host(), environment);
        if (tracing != null) {
            closing.later(tracing);
        }
        List<MetricSource> watched = new CopyOnWriteArrayList<>(List.of(health));
        if (accessLog != null) {
            watched.add(accessLog);
        }
        AdminServer admin = admin(config, List.of(() -> allOf(watched)), health);
        if (admin != null) {
            closing.later(admin);
        }
        return new Observability(config, accessLog, tracing, admin, watched);
    }

    /** Shows these metrics too, from now on. */
    void add(MetricSource source) {
        watched.add(source);
    }

    GatewayObservation ofGateway() {
        return new GatewayObservation(accessLog, tracing);
    }

    /** Where metrics and health are served, if they are. */
    Optional<URI> adminUrl() {
        return admin == null ? Optional.empty() : Optional.of(Platform.url("http", config.adminHost(), admin.port()));
    }

    OptionalInt adminPort() {
        return admin == null ? OptionalInt.empty() : OptionalInt.of(admin.port());
    }

    private static List<Metric> allOf(List<MetricSource> sources) {
        return sources.stream().flatMap(source -> source.metrics().stream()).toList();
    }

    private static @Nullable AccessLog accessLog(ObservabilityConfig config, DataFolder folder) {
        int blocks = Math.max(AccessLog.BLOCKS, 4 * Runtime.getRuntime().availableProcessors());
        return switch (config.accessLog()) {
            case OFF -> null;
            case FILE -> AccessLog.toFile(folder.logs(), blocks);
            case STDOUT -> AccessLog.toStandardOutput(blocks);
        };
    }

    /** Nothing of the tracing library is loaded unless it is asked for. */
    private static @Nullable OpenTelemetryTracing tracing(
            ObservabilityConfig config, String host, Map<String, String> environment) {
        return config.otlpEndpoint() != null || ObservabilityConfig.asksForTraces(environment)
                ? OpenTelemetryTracing.start(host, config.otlpEndpoint(), config.traceRatio())
                : null;
    }

    private static @Nullable AdminServer admin(
            ObservabilityConfig config, List<MetricSource> metrics, PlatformHealth health) {
        String host = config.adminHost();
        return switch (config.adminPort()) {
            case ObservabilityConfig.NoPort _ -> null;
            case ObservabilityConfig.ExactPort exact -> AdminServer.start(host, exact.port(), metrics, health);
            case ObservabilityConfig.UsualPort _ -> {
                try {
                    yield AdminServer.start(host, ObservabilityConfig.USUAL_ADMIN_PORT, metrics, health);
                } catch (AdminStartException e) {
                    LOG.atWarn()
                            .addKeyValue("reason", e.getMessage())
                            .log("default admin port is in use; using a free port");
                    yield AdminServer.start(host, 0, metrics, health);
                }
            }
        };
    }
}
