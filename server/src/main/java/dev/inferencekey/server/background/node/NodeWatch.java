package dev.inferencekey.server.background.node;

import dev.inferencekey.server.domain.node.Node;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who of the other nodes has not been heard of for the time of its lease, and until when lost ones may serve, by this process's own monotonic clock and nothing else: no
 * clock of another machine, nor the store's, is asked how late it is.
 *
 * <p>Notes. A node counts its lease from before it sent a beat, and this counts from after it saw that beat, so the node's end comes first
 * (Gray and Cheriton, Leases, 1989, without their clocks). Not thread-safe.
 */
final class NodeWatch {
    private final Map<String, Seen> seen = new HashMap<>();

    private record Seen(long beats, boolean live, long sinceTick) {}

    /**
     * Takes in what was just read.
     *
     * @param tick monotonic nanoseconds, read after the nodes were
     * @return the live nodes whose beats have stood still for the time of their lease
     */
    List<Node> silent(List<Node> nodes, long tick) {
        seen.keySet().retainAll(nodes.stream().map(Node::id).toList());
        return nodes.stream()
                .filter(node -> {
                    long since = since(node, tick);
                    return node.live()
                            && tick - since >= node.declared().lease().toNanos();
                })
                .toList();
    }

    /** Since which tick it has been as it is, as far as this process has seen. */
    private long since(Node node, long tick) {
        Seen before = seen.get(node.id());
        if (before == null || before.beats() != node.beats() || before.live() != node.live()) {
            seen.put(node.id(), new Seen(node.beats(), node.live(), tick));
            return tick;
        }
        return before.sinceTick();
    }

    /**
     * The same nodes, but when lost ones surely serve no more is counted from when this process first saw them lost, which is after their lease was
     * over. So it may be later than need be, after a start, and is never too early.
     *
     * @param at what time it was for the store when they were read
     * @param tick monotonic nanoseconds, read after they were
     */
    List<Node> servingByThisClock(List<Node> nodes, Instant at, long tick) {
        return nodes.stream()
                .map(node -> {
                    if (node.servesAtMostUntil() == null) {
                        return node;
                    }
                    long left = node.declared().servesOnFor().toNanos() - (tick - since(node, tick));
                    return node.servingAtMostUntil(at.plusNanos(Math.max(0, left)));
                })
                .toList();
    }
}
