package dev.inferencekey.server.background.limit;

import dev.inferencekey.server.domain.limit.LimitCounts;
import dev.inferencekey.server.domain.limit.NodeLeases;
import dev.inferencekey.server.domain.limit.SharedLimit;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.ports.store.LimitSliceStore;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The slices of all limits as the store has them, which nodes change one after the other. Thread-safe; each method is a transaction and throws
 * what {@link Store} throws.
 *
 * <p>Notes. Who lives is always read behind the lock of the slices: nobody who was found lost before has anything any more.
 */
final class SharedSlices {
    private final Store store;

    SharedSlices(Store store) {
        this.store = store;
    }

    /** Limits of which somebody is short, and who lives. */
    record Seen(Map<String, SharedLimit> wanting, NodeLeases leases) {}

    /** What others may be short of, at most so many limits. */
    Seen wanting(int max) {
        return store.read(session -> new Seen(session.limitSlices().wanting(max), leases(session)));
    }

    /**
     * Does what a node asks, many limits at once.
     *
     * @param turn counts up with each exchange of the node
     * @return what came of it, by key or workload; nothing if the node was found lost, or of a limit whose later exchange came first
     */
    Map<String, SharedLimit.Reply> exchange(String node, long turn, Map<String, LimitCounts.Asked> asks) {
        return store.append(session -> {
            LimitSliceStore slices = session.limitSlices();
            Map<String, SharedLimit> kept = slices.lock(asks.keySet());
            NodeLeases leases = leases(session);
            Map<String, SharedLimit.Reply> replies = new HashMap<>();
            if (!leases.live().contains(node)) {
                return replies; // The next heartbeat finds it out, and what this node had is gone.
            }
            Map<String, SharedLimit> next = new HashMap<>();
            kept.forEach((subject, shared) -> {
                LimitCounts.Asked ask = asks.get(subject);
                if (ask != null) {
                    SharedLimit.Exchanged exchanged =
                            shared.exchange(node, new SharedLimit.Offer(turn, ask.asks()), leases);
                    next.put(subject, exchanged.next());
                    SharedLimit.Reply reply = exchanged.reply();
                    if (reply != null) {
                        replies.put(subject, reply);
                    }
                }
            });
            slices.put(next);
            return replies;
        });
    }

    /** Takes a node out that ends in order, of these limits. What it has in use of them stays until its minute is over. */
    void leave(String node, long turn, Map<String, LimitCounts.Asked> last) {
        store.append(session -> {
            Map<String, SharedLimit> kept = session.limitSlices().lock(last.keySet());
            NodeLeases leases = leases(session);
            Map<String, SharedLimit> next = new HashMap<>();
            kept.forEach((subject, shared) -> {
                LimitCounts.Asked ask = last.get(subject);
                if (ask != null) {
                    next.put(subject, shared.left(node, new SharedLimit.Offer(turn, ask.asks()), leases));
                }
            });
            session.limitSlices().put(next);
            return true;
        });
    }

    /**
     * Lets go of what nodes had that are gone, of at most so many limits.
     *
     * @param after the last one of the call before, empty for the first call
     * @return those that were looked at, in their order; fewer than {@code max} if these are the last
     */
    List<String> sweep(String after, int max) {
        List<String> subjects = store.read(session -> session.limitSlices().after(after, max));
        if (!subjects.isEmpty()) {
            store.append(session -> {
                Map<String, SharedLimit> kept = session.limitSlices().lock(subjects);
                NodeLeases leases = leases(session);
                Map<String, SharedLimit> changed = new HashMap<>();
                kept.forEach((subject, shared) -> {
                    SharedLimit present = shared.present(leases);
                    if (!present.equals(shared) || present.isEmpty()) {
                        changed.put(subject, present);
                    }
                });
                session.limitSlices().put(changed);
                return true;
            });
        }
        return subjects;
    }

    private static NodeLeases leases(StoreSession session) {
        Set<String> live = new HashSet<>();
        Map<String, Long> lost = new HashMap<>();
        for (Node node : session.nodes().all()) {
            if (node.lostAt() == null) {
                live.add(node.id());
            } else {
                lost.put(node.id(), ChronoUnit.MICROS.between(Instant.EPOCH, node.lostAt()));
            }
        }
        return new NodeLeases(
                ChronoUnit.MICROS.between(Instant.EPOCH, session.nodes().now()), live, lost);
    }
}
