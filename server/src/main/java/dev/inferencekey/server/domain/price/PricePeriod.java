package dev.inferencekey.server.domain.price;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A price of one workload, and when it holds.
 *
 * @param workloadSlug the workload may not exist, or not yet
 * @param since included
 * @param until excluded; null if it still holds
 */
public record PricePeriod(
        String workloadSlug,
        TokenPrice price,
        Instant since,
        @Nullable Instant until) {
    public boolean covers(Instant time) {
        return !time.isBefore(since) && (until == null || time.isBefore(until));
    }
}
