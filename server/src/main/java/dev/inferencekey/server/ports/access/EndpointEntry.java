package dev.inferencekey.server.ports.access;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.upstream.UpstreamSettings;
import dev.inferencekey.server.domain.workload.Workload;

/**
 * A workload's endpoint as the data plane knows it: where it is and what it serves. What runs behind it is {@link Backends}.
 *
 * @param backend as it was declared
 * @param streamUsage whether its model servers may be asked for the usage of streams; false if they are declared to refuse that
 */
public record EndpointEntry(
        String workloadId,
        String projectSlug,
        String workloadSlug,
        TaskType taskType,
        String backend,
        long createdAtEpochSecond,
        Limits limits,
        EndpointSpending spending,
        boolean streamUsage) {
    /** One without budget and price. */
    public EndpointEntry(
            String workloadId,
            String projectSlug,
            String workloadSlug,
            TaskType taskType,
            String backend,
            long createdAtEpochSecond,
            Limits limits,
            boolean streamUsage) {
        this(
                workloadId,
                projectSlug,
                workloadSlug,
                taskType,
                backend,
                createdAtEpochSecond,
                limits,
                EndpointSpending.NONE,
                streamUsage);
    }

    public static EndpointEntry of(Workload workload, Limits limits, EndpointSpending spending) {
        return new EndpointEntry(
                workload.id(),
                workload.projectSlug(),
                workload.slug(),
                workload.taskType(),
                workload.backend(),
                workload.createdAt().getEpochSecond(),
                limits,
                spending,
                UpstreamSettings.asksForStreamUsage(workload.config()));
    }
}
