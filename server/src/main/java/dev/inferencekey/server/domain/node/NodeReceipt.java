package dev.inferencekey.server.domain.node;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one node about a change that takes rights away.
 *
 * @param epoch the last change that the node has acknowledged
 * @param at when it acknowledged the change, or when its lease was found to have run out; by the store's clock
 * @param mayServeUntil set for {@link State#MAY_SERVE_UNTIL} alone
 */
public record NodeReceipt(
        String nodeId,
        String node,
        long epoch,
        State state,
        Instant at,
        @Nullable Instant mayServeUntil) {
    /** What can be relied on. */
    public enum State {
        /** The change is in force there: no request is admitted that it forbids. */
        ACKNOWLEDGED,
        /** The node is cut off or gone, and admits no request at all. */
        LEASE_EXPIRED,
        /** The node is cut off or gone; if it still runs, it admits requests as before the change, for that long at most. */
        MAY_SERVE_UNTIL;

        /** As the API writes it. */
        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How far the node is with the change of this epoch; empty if it is not known yet, and has to be waited for.
     *
     * @param now by the store's clock
     */
    public static Optional<NodeReceipt> of(Node node, long epoch, Instant now) {
        Instant acknowledgedAt = node.acknowledgedAt();
        if (node.epoch() >= epoch && acknowledgedAt != null) {
            return Optional.of(
                    new NodeReceipt(node.id(), node.name(), node.epoch(), State.ACKNOWLEDGED, acknowledgedAt, null));
        }
        Instant lostAt = node.lostAt();
        if (lostAt == null) {
            return Optional.empty();
        }
        return Optional.of(
                node.mayServeAt(now)
                        ? new NodeReceipt(
                                node.id(),
                                node.name(),
                                node.epoch(),
                                State.MAY_SERVE_UNTIL,
                                lostAt,
                                node.servesAtMostUntil())
                        : new NodeReceipt(node.id(), node.name(), node.epoch(), State.LEASE_EXPIRED, lostAt, null));
    }
}
