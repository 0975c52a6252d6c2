package dev.inferencekey.server.ports.access;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.workload.Workload;

/** A workload's endpoint as the data plane knows it: where it is and what it serves. What runs behind it is {@link Backends}. */
public record EndpointEntry(
        String workloadId, String projectSlug, String workloadSlug, TaskType taskType, long createdAtEpochSecond) {
    public static EndpointEntry of(Workload workload) {
        return new EndpointEntry(
                workload.id(),
                workload.projectSlug(),
                workload.slug(),
                workload.taskType(),
                workload.createdAt().getEpochSecond());
    }
}
