package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.UsageException;
import java.util.List;
import picocli.CommandLine.Option;

/** How much the platform writes to its log. Filled by picocli on one thread. */
final class LogLevelOption {
    private static final List<String> LEVELS = List.of("error", "warn", "info", "debug", "trace");

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "info",
            description = "What goes to logs/server.log: error, warn, info (default), debug or trace.")
    private String level = "info";

    String name() {
        if (!LEVELS.contains(level)) {
            throw new UsageException("--log-level must be one of " + String.join(", ", LEVELS));
        }
        return level;
    }
}
