package dev.inferencekey.server.app;

import dev.inferencekey.server.gateway.EdgeConfig;
import dev.inferencekey.server.ports.usage.JournalFullPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How one platform is set up. Immutable; the {@code with…} methods give changed copies.
 *
 * @param dataFolder everything that the platform keeps; made if it does not exist
 * @param host the address to listen on. {@code 127.0.0.1} by default: reaching it from elsewhere is a decision.
 * @param port 0 to 65535, 8080 by default; 0 takes any free one
 * @param embeddedEngine the command that starts the embedded llama.cpp engine, to which its arguments are appended; empty if there
 *     is none, then {@code llamacpp} workloads need {@code llama-server} on the PATH
 * @param logLevel of the platform's own messages: error, warn, info, debug or trace. Libraries never log below info, since some of
 *     them print headers, and so credentials, there.
 * @param whenJournalIsFull what becomes of requests whose usage can't be kept; they are served by default
 * @param observability metrics, health, access log, traces
 * @param edge TLS, trusted proxies, browsers, a control plane apart; by default plain HTTP on one address
 */
public record PlatformConfig(
        Path dataFolder,
        String host,
        int port,
        List<String> embeddedEngine,
        String logLevel,
        JournalFullPolicy whenJournalIsFull,
        ObservabilityConfig observability,
        EdgeConfig edge) {
    public static final String DEFAULT_HOST = "127.0.0.1";
    public static final int DEFAULT_PORT = 8080;
    private static final Set<String> LOG_LEVELS = Set.of("error", "warn", "info", "debug", "trace");

    public PlatformConfig {
        dataFolder = dataFolder.toAbsolutePath().normalize();
        embeddedEngine = List.copyOf(embeddedEngine);
        logLevel = logLevel.toLowerCase(Locale.ROOT);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("the port must be 0 to 65535, was " + port);
        }
        if (!LOG_LEVELS.contains(logLevel)) {
            throw new IllegalArgumentException(
                    "the log level must be error, warn, info, debug or trace, was \"" + logLevel + "\"");
        }
    }

    public static PlatformConfig defaults(Path dataFolder) {
        return new PlatformConfig(
                dataFolder,
                DEFAULT_HOST,
                DEFAULT_PORT,
                List.of(),
                "info",
                JournalFullPolicy.SERVE_UNMETERED,
                ObservabilityConfig.defaults(),
                EdgeConfig.defaults());
    }

    public PlatformConfig withHost(String host) {
        return new PlatformConfig(
                dataFolder, host, port, embeddedEngine, logLevel, whenJournalIsFull, observability, edge);
    }

    public PlatformConfig withPort(int port) {
        return new PlatformConfig(
                dataFolder, host, port, embeddedEngine, logLevel, whenJournalIsFull, observability, edge);
    }

    public PlatformConfig withEmbeddedEngine(List<String> command) {
        return new PlatformConfig(dataFolder, host, port, command, logLevel, whenJournalIsFull, observability, edge);
    }

    public PlatformConfig withLogLevel(String logLevel) {
        return new PlatformConfig(
                dataFolder, host, port, embeddedEngine, logLevel, whenJournalIsFull, observability, edge);
    }

    public PlatformConfig withWhenJournalIsFull(JournalFullPolicy whenJournalIsFull) {
        return new PlatformConfig(
                dataFolder, host, port, embeddedEngine, logLevel, whenJournalIsFull, observability, edge);
    }

    public PlatformConfig withObservability(ObservabilityConfig observability) {
        return new PlatformConfig(
                dataFolder, host, port, embeddedEngine, logLevel, whenJournalIsFull, observability, edge);
    }

    public PlatformConfig withEdge(EdgeConfig edge) {
        return new PlatformConfig(
                dataFolder, host, port, embeddedEngine, logLevel, whenJournalIsFull, observability, edge);
    }
}
