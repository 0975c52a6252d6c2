package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.shell.DurationText;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * What this server is among others on the same database. Filled by picocli on one thread. What is not given is left to the platform, whose
 * defaults the descriptions name.
 */
final class NodeOptions {
    private static final List<String> ROLES = List.of("all", "gateway", "manager");
    private static final List<String> WHEN_CUT_OFF = List.of("serve", "refuse");

    @Option(
            names = "--node-name",
            paramLabel = "NAME",
            description = "What this node is called in lists, receipts and metrics; no two live nodes have the same"
                    + " (default: the host's name).")
    private @Nullable String name;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "all, gateway (inference only, with a database user that can change nothing) or manager (API,"
                    + " dashboard and background work, no inference) (default: all).")
    private @Nullable String role;

    @Option(
            names = "--store-wait",
            paramLabel = "TIME",
            description = "How long a start waits for a database that can't be reached (default: 60s).")
    private @Nullable Duration storeWait;

    @Option(
            names = "--node-lease",
            paramLabel = "TIME",
            description = "How long the other nodes wait for this one when it is not heard of (default: 10s).")
    private @Nullable Duration lease;

    @Option(
            names = "--when-cut-off",
            paramLabel = "WHAT",
            description = "What happens to calls once this node has not reached the database for the time of its lease:"
                    + " serve known keys, or refuse with 503 (default: serve).")
    private @Nullable String whenCutOff;

    @Option(
            names = "--when-cut-off-for",
            paramLabel = "TIME",
            description = "How long such a node serves at most; then it refuses (default: 1h).")
    private @Nullable Duration whenCutOffFor;

    LaunchSettings.Node settings() {
        return new LaunchSettings.Node(
                name,
                oneOf("--role", role, ROLES),
                between("--store-wait", storeWait, "0s", "24h"),
                between("--node-lease", lease, "1s", "5m"),
                oneOf("--when-cut-off", whenCutOff, WHEN_CUT_OFF),
                between("--when-cut-off-for", whenCutOffFor, "0s", "7d"));
    }

    private static @Nullable String oneOf(String option, @Nullable String text, List<String> allowed) {
        if (text != null && !allowed.contains(text)) {
            throw new UsageException(option + " must be one of " + String.join(", ", allowed));
        }
        return text;
    }

    private static @Nullable Duration between(String option, @Nullable Duration time, String least, String most) {
        if (time != null
                && (time.compareTo(DurationText.parse(least).orElseThrow()) < 0
                        || time.compareTo(DurationText.parse(most).orElseThrow()) > 0)) {
            throw new UsageException(option + " must be between " + least + " and " + most);
        }
        return time;
    }
}
