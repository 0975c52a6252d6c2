package dev.inferencekey.server.background;

import java.time.Duration;

/**
 * How the reconciler behaves.
 *
 * @param localWorkerId the id of the one machine that it starts replicas on; workloads pinned to another wait
 * @param idleTime an autoscaling workload without requests for this long goes down to its lower bound; a declaration counts as a
 *     request, so that a new one shows that it works
 * @param drainTime how long a replica that is replaced or not needed any more may finish its requests
 * @param refreshInterval how often the declarations are read without being told; other processes may change them
 */
public record ReconcilerConfig(String localWorkerId, Duration idleTime, Duration drainTime, Duration refreshInterval) {
    public static final ReconcilerConfig DEFAULT =
            new ReconcilerConfig("wrk_local", Duration.ofMinutes(10), Duration.ofSeconds(30), Duration.ofSeconds(5));
}
