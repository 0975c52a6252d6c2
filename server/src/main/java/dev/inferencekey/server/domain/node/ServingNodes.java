package dev.inferencekey.server.domain.node;

import java.time.Instant;
import java.util.Collection;

/**
 * How many nodes may admit requests.
 *
 * @param nodes live ones, and those that are cut off and may still serve
 * @param cutOff how many of them are cut off or gone
 */
public record ServingNodes(int nodes, int cutOff) {
    /** @param now by the store's clock */
    public static ServingNodes of(Collection<Node> all, Instant now) {
        int live = 0;
        int cutOff = 0;
        for (Node node : all) {
            if (node.live()) {
                live += node.declared().role().servesDataPlane() ? 1 : 0;
            } else if (node.mayServeAt(now)) {
                cutOff++;
            }
        }
        return new ServingNodes(live + cutOff, cutOff);
    }
}
