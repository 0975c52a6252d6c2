package dev.inferencekey.server.background;

import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What there should be of a workload now, worked out from its declaration, the time and the load. */
sealed interface Target {
    /**
     * So many replicas.
     *
     * @param wakes whether a request would bring one back when there are none
     */
    record Replicas(int count, ReplicaVersion version, RuntimeDriver driver, boolean wakes) implements Target {}

    /** None, because its window is closed; {@code opensAt} is null if it never opens again. */
    record Closed(@Nullable Instant opensAt) implements Target {}

    /** None, and waiting may help: the placement that it asks for is not there. */
    record Unplaced(String why) implements Target {}

    /** None, and only another declaration helps. */
    record Impossible(String why) implements Target {}
}
