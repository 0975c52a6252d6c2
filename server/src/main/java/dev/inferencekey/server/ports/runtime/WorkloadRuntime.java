package dev.inferencekey.server.ports.runtime;

import java.util.List;
import java.util.function.Consumer;

/** What runs for the declared workloads, as the control plane sees it. Thread-safe. */
public interface WorkloadRuntime {
    /** Something was declared, changed or deleted: look again soon. Returns at once. */
    void changed();

    /** How the workload stands; {@code SCHEDULING} for one that was not looked at yet. Never blocks. */
    WorkloadStatus status(String workloadId);

    /**
     * Tells each change of the status, the present one first, until the subscription is closed. The consumer must not block.
     */
    Subscription subscribe(String workloadId, Consumer<WorkloadStatus> onStatus);

    /** Its replicas one by one, those that are on their way out last. Never blocks. */
    List<RunningReplica> replicas(String workloadId);

    /** The last lines that its model servers printed, on whichever node. Waits for other nodes, for seconds at most. */
    LogTail logTail(String workloadId, int limit);

    /** Ends with {@code close}, which is idempotent. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
