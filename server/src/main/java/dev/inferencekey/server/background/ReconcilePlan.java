package dev.inferencekey.server.background;

import java.util.List;

/**
 * What is to be done so that what runs comes closer to what is declared.
 *
 * @param toStart how many replicas of the present version
 * @param toStop the ids of replicas
 */
record ReconcilePlan(int toStart, List<String> toStop) {
    ReconcilePlan {
        toStop = List.copyOf(toStop);
    }
}
