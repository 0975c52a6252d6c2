package dev.inferencekey.server.domain.node;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;

/**
 * How many nodes may admit requests.
 *
 * @param nodes live ones, and those that are cut off and may still serve
 * @param cutOff how many of them are cut off or gone
 */
public record ServingNodes(int nodes, int cutOff) {
    /** Of these, as of the last heartbeat among them. */
    public static ServingNodes of(Collection<Node> all) {
        Instant now = all.stream()
                .map(Node::heartbeatAt)
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
        int live = 0;
        int cutOff = 0;
        for (Node node : all) {
            Instant until = node.servesAtMostUntil();
            if (node.live()) {
                live += node.declared().role().servesDataPlane() ? 1 : 0;
            } else if (until != null && until.isAfter(now)) {
                cutOff++;
            }
        }
        return new ServingNodes(live + cutOff, cutOff);
    }
}
