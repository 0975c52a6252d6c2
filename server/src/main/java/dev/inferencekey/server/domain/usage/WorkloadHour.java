package dev.inferencekey.server.domain.usage;

import java.time.Instant;

/**
 * What one workload served in one hour.
 *
 * @param hour when it began, in UTC
 * @param failed those with a status of 400 or above
 * @param costNanoUsd in nano-USD, of those requests that had a price
 */
public record WorkloadHour(
        String workloadSlug,
        Instant hour,
        long requests,
        long failed,
        long inputTokens,
        long outputTokens,
        long costNanoUsd) {}
