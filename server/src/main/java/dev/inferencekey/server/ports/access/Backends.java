package dev.inferencekey.server.ports.access;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What serves a workload at this moment. Why nothing does is not told to the data plane: it is no business of whoever calls. */
public sealed interface Backends {
    /** At least one replica serves. */
    record Ready(List<ReplicaTarget> replicas) implements Backends {
        public Ready {
            replicas = List.copyOf(replicas);
            if (replicas.isEmpty()) {
                throw new IllegalArgumentException("ready without a replica");
            }
        }
    }

    /** None serves yet; one is on its way or will be once there is demand: requests may wait. */
    record Starting() implements Backends {}

    /** None serves and waiting does not help. */
    record Failed() implements Backends {}

    /** Outside its window; {@code opensAt} is null if it never opens again. */
    record Closed(@Nullable Instant opensAt) implements Backends {}
}
