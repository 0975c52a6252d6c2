package dev.inferencekey.server.app;

import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.domain.node.WhenCutOff;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one process is among those that share a store. Immutable; the {@code with…} methods give changed copies.
 *
 * @param name what it is called in lists, receipts and metrics, and how a restarted one is known again: letters, digits, dots, dashes and
 *     underscores, at most 63; no two live nodes of an installation have the same
 * @param role which planes it serves; both by default
 * @param lease how long the others wait for a node that is not heard of; 1 s to 5 min, 10 s by default
 * @param whenCutOff what it does with calls once its lease has run out; it serves by default
 * @param whenCutOffFor for how long at most it then serves; up to 7 days, an hour by default
 * @param engines whether model servers may be started on it; they may by default, but on one that only serves calls
 * @param advertised where other nodes reach its listener for nodes, {@code HOST:PORT}; null (the default) if they can't
 */
public record NodeConfig(
        String name,
        NodeRole role,
        Duration lease,
        WhenCutOff whenCutOff,
        Duration whenCutOffFor,
        boolean engines,
        @Nullable String advertised) {
    /** In characters. */
    public static final int MAX_NAME_LENGTH = 63;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0," + (MAX_NAME_LENGTH - 1) + "}");
    private static final Pattern ADVERTISED =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?):[0-9]{1,5}");
    private static final Duration MIN_LEASE = Duration.ofSeconds(1);
    private static final Duration MAX_LEASE = Duration.ofMinutes(5);
    private static final Duration MAX_CUT_OFF = Duration.ofDays(7);

    public NodeConfig {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("the node name must be 1 to 63 letters, digits, dots, dashes or"
                    + " underscores and begin with a letter or digit, was \"" + name + "\"");
        }
        if (lease.compareTo(MIN_LEASE) < 0 || lease.compareTo(MAX_LEASE) > 0) {
            throw new IllegalArgumentException("the lease of a node must be between 1s and 5m, was " + lease);
        }
        if (whenCutOffFor.isNegative() || whenCutOffFor.compareTo(MAX_CUT_OFF) > 0) {
            throw new IllegalArgumentException("a node that is cut off may serve for at most 7d, was " + whenCutOffFor);
        }
        if (advertised != null && !ADVERTISED.matcher(advertised).matches()) {
            throw new IllegalArgumentException("what a node advertises must be a host and a port, such as"
                    + " node-a.internal:9443 or [2001:db8::1]:9443, was \"" + advertised + "\"");
        }
    }

    public static NodeConfig defaults() {
        return new NodeConfig(
                "node", NodeRole.ALL, Duration.ofSeconds(10), WhenCutOff.SERVE, Duration.ofHours(1), true, null);
    }

    public NodeConfig withName(String name) {
        return new NodeConfig(name, role, lease, whenCutOff, whenCutOffFor, engines, advertised);
    }

    public NodeConfig withRole(NodeRole role) {
        return new NodeConfig(name, role, lease, whenCutOff, whenCutOffFor, engines, advertised);
    }

    public NodeConfig withLease(Duration lease) {
        return new NodeConfig(name, role, lease, whenCutOff, whenCutOffFor, engines, advertised);
    }

    public NodeConfig withWhenCutOff(WhenCutOff whenCutOff) {
        return new NodeConfig(name, role, lease, whenCutOff, whenCutOffFor, engines, advertised);
    }

    public NodeConfig withWhenCutOffFor(Duration whenCutOffFor) {
        return new NodeConfig(name, role, lease, whenCutOff, whenCutOffFor, engines, advertised);
    }

    public NodeConfig withEngines(boolean engines) {
        return new NodeConfig(name, role, lease, whenCutOff, whenCutOffFor, engines, advertised);
    }

    public NodeConfig withAdvertised(@Nullable String advertised) {
        return new NodeConfig(name, role, lease, whenCutOff, whenCutOffFor, engines, advertised);
    }

    /** Whether model servers may be started here: a node that only serves calls could not tell the others of them. */
    public boolean runsEngines() {
        return engines && role.servesControlPlane();
    }
}
