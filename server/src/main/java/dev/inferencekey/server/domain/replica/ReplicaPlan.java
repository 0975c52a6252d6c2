package dev.inferencekey.server.domain.replica;

import java.util.List;
import java.util.Map;

/**
 * What is to be done so that what runs comes closer to what there should be.
 *
 * @param startOn the nodes, by id, that are to start a replica of the present version each
 * @param stop the ids of replicas that are to go, once their requests have ended
 * @param forget the ids of replicas of which nothing is left
 * @param move external replicas, by id, and the nodes that are to look after them from now on
 */
public record ReplicaPlan(List<String> startOn, List<String> stop, List<String> forget, Map<String, String> move) {
    public ReplicaPlan {
        startOn = List.copyOf(startOn);
        stop = List.copyOf(stop);
        forget = List.copyOf(forget);
        move = Map.copyOf(move);
    }

    public boolean isEmpty() {
        return startOn.isEmpty() && stop.isEmpty() && forget.isEmpty() && move.isEmpty();
    }
}
