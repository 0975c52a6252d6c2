package dev.inferencekey.server.domain.replica;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What has been decided on a workload, and what has to be remembered of it to decide on. Immutable and thread-safe.
 *
 * @param version what its replicas are to be started from; null until that was decided once
 * @param since when the way to readiness began that it is on, or has come to the end of
 * @param wasReady whether it was ready at the last look
 */
public record WorkloadRun(
        String workloadId,
        Goal goal,
        @Nullable ReplicaVersion version,
        Restarts restarts,
        Instant since,
        boolean wasReady) {
    /** Before anything was decided. */
    public static WorkloadRun begun(String workloadId, Instant now) {
        return new WorkloadRun(workloadId, new Goal.Replicas(0, false), null, Restarts.NONE, now, false);
    }

    public WorkloadRun withGoal(Goal decided) {
        return new WorkloadRun(workloadId, decided, version, restarts, since, wasReady);
    }

    public WorkloadRun withRestarts(Restarts changed) {
        return new WorkloadRun(workloadId, goal, version, changed, since, wasReady);
    }

    /** For this version; nothing that happened to another one says anything about it. */
    public WorkloadRun forVersion(ReplicaVersion wanted, Instant now) {
        return wanted.equals(version) ? this : new WorkloadRun(workloadId, goal, wanted, Restarts.NONE, now, false);
    }

    /** Ready or not; where it was and is no longer, the way back is a new one. */
    public WorkloadRun seen(boolean ready, Instant now) {
        return ready == wasReady
                ? this
                : new WorkloadRun(workloadId, goal, version, restarts, ready ? since : now, ready);
    }
}
