package dev.inferencekey.server.domain.replica;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What there should be of a workload now, worked out from its declaration, the nodes, the time and the load. */
public sealed interface Goal {
    /**
     * So many replicas.
     *
     * @param wakes whether a request would bring one back when there are none
     */
    record Replicas(int count, boolean wakes) implements Goal {}

    /** None, because its window is closed; {@code opensAt} is null if it never opens again. */
    record Closed(@Nullable Instant opensAt) implements Goal {}

    /** None, and waiting may help: the placement that it asks for is not there. */
    record Unplaced(String why) implements Goal {}

    /** None, and only another declaration helps. */
    record Impossible(String why) implements Goal {}

    /** How many replicas. */
    default int desired() {
        return this instanceof Replicas replicas ? replicas.count() : 0;
    }
}
