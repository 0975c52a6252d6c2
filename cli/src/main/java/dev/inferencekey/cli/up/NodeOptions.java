package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.shell.DurationText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * What this server is among others on the same database. Filled by picocli on one thread. What is not given is left to the platform, whose
 * defaults the descriptions name.
 */
final class NodeOptions {
    private static final List<String> ROLES = List.of("all", "gateway", "manager");
    private static final List<String> WHEN_CUT_OFF = List.of("serve", "refuse");
    private static final List<String> ON_OFF = List.of("on", "off");
    private static final Pattern ADDRESS =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?):([0-9]{1,5})");
    private static final int HIGHEST_PORT = 65_535;

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

    @Option(
            names = "--engines",
            paramLabel = "on|off",
            description =
                    "Whether model servers may be started on this node (default: on, but not with --role gateway).")
    private @Nullable String engines;

    @Option(
            names = "--advertise",
            paramLabel = "HOST:PORT",
            description =
                    "Where other nodes reach this one, for calls to the model servers that run here. It listens there if"
                            + " HOST is an address of this machine, else on all of them.")
    private @Nullable String advertise;

    @Option(
            names = "--node-tls-cert",
            paramLabel = "FILE",
            description =
                    "Who this node is among the others: a certificate for the HOST of --advertise, and its chain, in PEM;"
                            + " read again when it changes.")
    private @Nullable Path certificate;

    @Option(
            names = "--node-tls-key",
            paramLabel = "FILE",
            description = "The key of --node-tls-cert: PEM, PKCS#8, not encrypted.")
    private @Nullable Path key;

    @Option(
            names = "--node-tls-ca",
            paramLabel = "FILE",
            description =
                    "Every node needs a certificate that one of these has signed, and nobody else may have one; PEM.")
    private @Nullable Path authority;

    LaunchSettings.Node settings() {
        return new LaunchSettings.Node(
                name,
                oneOf("--role", role, ROLES),
                between("--store-wait", storeWait, "0s", "24h"),
                between("--node-lease", lease, "1s", "5m"),
                oneOf("--when-cut-off", whenCutOff, WHEN_CUT_OFF),
                between("--when-cut-off-for", whenCutOffFor, "0s", "7d"),
                engines == null ? null : Boolean.valueOf("on".equals(oneOf("--engines", engines, ON_OFF))),
                peers());
    }

    private LaunchSettings.@Nullable Peers peers() {
        if (advertise == null && certificate == null && key == null && authority == null) {
            return null;
        }
        if (advertise == null || certificate == null || key == null || authority == null) {
            throw new UsageException("--advertise, --node-tls-cert, --node-tls-key and --node-tls-ca go together");
        }
        Matcher address = ADDRESS.matcher(advertise);
        int port = address.matches() ? Integer.parseInt(address.group(2)) : 0;
        if (port < 1 || port > HIGHEST_PORT) {
            throw new UsageException(
                    "--advertise must be a host and a port, such as node-a.internal:9443 or [2001:db8::1]:9443");
        }
        return new LaunchSettings.Peers(address.group(1), port, new LaunchSettings.Tls(certificate, key), authority);
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
