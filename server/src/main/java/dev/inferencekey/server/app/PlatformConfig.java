package dev.inferencekey.server.app;

import dev.inferencekey.server.domain.upstream.UpstreamRules;
import dev.inferencekey.server.gateway.GatewayConfig;
import dev.inferencekey.server.ports.usage.JournalFullPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How one platform is set up. Immutable; the {@code with…} methods give changed copies.
 *
 * @param dataFolder everything that the platform keeps; made if it does not exist
 * @param embeddedEngine the command that starts the embedded llama.cpp engine, to which its arguments are appended; empty if there
 *     is none, then {@code llamacpp} workloads need {@code llama-server} on the PATH
 * @param engines how model servers are run, and what declarations may ask of them
 * @param logLevel of the platform's own messages: error, warn, info, debug or trace. Libraries never log below info, since some of
 *     them print headers, and so credentials, there.
 * @param whenJournalIsFull what becomes of requests whose usage can't be kept; they are served by default
 * @param observability metrics, health, access log, traces
 * @param gateway the address and all that callers meet there; by default plain HTTP for this machine alone: reaching it from elsewhere
 *     is a decision
 * @param upstreams what {@code external} workloads may reach
 * @param recovery what may be missing of an installation that was here before; nothing by default
 */
public record PlatformConfig(
        Path dataFolder,
        List<String> embeddedEngine,
        EngineConfig engines,
        String logLevel,
        JournalFullPolicy whenJournalIsFull,
        ObservabilityConfig observability,
        GatewayConfig gateway,
        UpstreamRules upstreams,
        Recovery recovery) {
    private static final Set<String> LOG_LEVELS = Set.of("error", "warn", "info", "debug", "trace");

    public PlatformConfig {
        dataFolder = dataFolder.toAbsolutePath().normalize();
        embeddedEngine = List.copyOf(embeddedEngine);
        logLevel = logLevel.toLowerCase(Locale.ROOT);
        if (!LOG_LEVELS.contains(logLevel)) {
            throw new IllegalArgumentException(
                    "the log level must be error, warn, info, debug or trace, was \"" + logLevel + "\"");
        }
    }

    public static PlatformConfig defaults(Path dataFolder) {
        return new PlatformConfig(
                dataFolder,
                List.of(),
                EngineConfig.defaults(),
                "info",
                JournalFullPolicy.SERVE_UNMETERED,
                ObservabilityConfig.defaults(),
                GatewayConfig.defaults(),
                UpstreamRules.NONE,
                Recovery.NONE);
    }

    public PlatformConfig withEmbeddedEngine(List<String> command) {
        return new PlatformConfig(
                dataFolder, command, engines, logLevel, whenJournalIsFull, observability, gateway, upstreams, recovery);
    }

    public PlatformConfig withEngines(EngineConfig engines) {
        return new PlatformConfig(
                dataFolder,
                embeddedEngine,
                engines,
                logLevel,
                whenJournalIsFull,
                observability,
                gateway,
                upstreams,
                recovery);
    }

    public PlatformConfig withLogLevel(String logLevel) {
        return new PlatformConfig(
                dataFolder,
                embeddedEngine,
                engines,
                logLevel,
                whenJournalIsFull,
                observability,
                gateway,
                upstreams,
                recovery);
    }

    public PlatformConfig withWhenJournalIsFull(JournalFullPolicy whenJournalIsFull) {
        return new PlatformConfig(
                dataFolder,
                embeddedEngine,
                engines,
                logLevel,
                whenJournalIsFull,
                observability,
                gateway,
                upstreams,
                recovery);
    }

    public PlatformConfig withObservability(ObservabilityConfig observability) {
        return new PlatformConfig(
                dataFolder,
                embeddedEngine,
                engines,
                logLevel,
                whenJournalIsFull,
                observability,
                gateway,
                upstreams,
                recovery);
    }

    public PlatformConfig withRecovery(Recovery recovery) {
        return new PlatformConfig(
                dataFolder,
                embeddedEngine,
                engines,
                logLevel,
                whenJournalIsFull,
                observability,
                gateway,
                upstreams,
                recovery);
    }

    public PlatformConfig withGateway(GatewayConfig gateway) {
        return new PlatformConfig(
                dataFolder,
                embeddedEngine,
                engines,
                logLevel,
                whenJournalIsFull,
                observability,
                gateway,
                upstreams,
                recovery);
    }

    public PlatformConfig withUpstreams(UpstreamRules upstreams) {
        return new PlatformConfig(
                dataFolder,
                embeddedEngine,
                engines,
                logLevel,
                whenJournalIsFull,
                observability,
                gateway,
                upstreams,
                recovery);
    }
}
