package dev.inferencekey.server.manager.usage;

import dev.inferencekey.server.domain.price.NanoUsd;
import java.time.Instant;
import java.util.List;

/**
 * What the workloads of a project served in the present hour and the {@value #HOURS} - 1 before.
 *
 * @param from when the first hour began, in UTC
 * @param workloads those that were called at all, by slug
 */
public record LastDay(Instant from, Instant to, List<OfWorkload> workloads) {
    /** How many hours. */
    public static final int HOURS = 24;

    public LastDay {
        workloads = List.copyOf(workloads);
    }

    /** Of all workloads together. */
    public long requests() {
        return workloads.stream().mapToLong(OfWorkload::requests).sum();
    }

    /** Of all workloads together. */
    public long failed() {
        return workloads.stream().mapToLong(OfWorkload::failed).sum();
    }

    /** Read and written, of all workloads together. */
    public long tokens() {
        return workloads.stream()
                .mapToLong(workload -> workload.inputTokens() + workload.outputTokens())
                .sum();
    }

    /** Of all workloads together. */
    public long costNanoUsd() {
        return workloads.stream().mapToLong(OfWorkload::costNanoUsd).reduce(0, NanoUsd::plus);
    }

    /**
     * One workload.
     *
     * @param failed those with a status of 400 or above
     * @param costNanoUsd in nano-USD, of those that had a price
     * @param hourly requests in each hour, oldest first
     * @param hourlyFailed those of them that failed
     */
    public record OfWorkload(
            String workloadSlug,
            long requests,
            long failed,
            long inputTokens,
            long outputTokens,
            long costNanoUsd,
            List<Long> hourly,
            List<Long> hourlyFailed) {
        public OfWorkload {
            hourly = List.copyOf(hourly);
            hourlyFailed = List.copyOf(hourlyFailed);
        }
    }
}
