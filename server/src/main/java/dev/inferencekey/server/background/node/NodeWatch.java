package dev.inferencekey.server.background.node;

import dev.inferencekey.server.domain.node.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who of the other nodes has not been heard of for the time of its lease, by this process's own monotonic clock and nothing else: no
 * clock of another machine, nor the store's, is asked how late it is.
 *
 * <p>Notes. A node counts its lease from before it sent a beat, and this counts from after it saw that beat, so the node's end comes first
 * (Gray and Cheriton, Leases, 1989, without their clocks). Not thread-safe.
 */
final class NodeWatch {
    private final Map<String, Seen> seen = new HashMap<>();

    private record Seen(long beats, long sinceTick) {}

    /**
     * Takes in what was just read.
     *
     * @param tick monotonic nanoseconds, read after the nodes were
     * @return the live nodes whose beats have stood still for the time of their lease
     */
    List<Node> silent(List<Node> nodes, long tick) {
        seen.keySet().retainAll(nodes.stream().map(Node::id).toList());
        return nodes.stream()
                .filter(Node::live)
                .filter(node -> {
                    Seen before = seen.get(node.id());
                    if (before == null || before.beats() != node.beats()) {
                        seen.put(node.id(), new Seen(node.beats(), tick));
                        return false;
                    }
                    return tick - before.sinceTick() >= node.declared().lease().toNanos();
                })
                .toList();
    }
}
