package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.inference.UsageRecord;
import java.time.Instant;
import java.util.List;

/** What requests left behind. */
public interface UsageStore {
    /** Sums over one workload and key. Tokens count only what model servers reported. */
    record Total(
            String workloadSlug,
            String keyId,
            long requests,
            long failedRequests,
            long inputTokens,
            long outputTokens,
            long cachedTokens) {}

    /** Appends; a record whose id is known already is skipped, so that an import may be repeated. */
    void append(List<UsageRecord> records);

    /**
     * Newest first, by the time of the request.
     *
     * @throws InvalidFieldException if {@link PageRequest#after} is not what a piece before gave as its next
     */
    Page<UsageRecord> list(String projectSlug, PageRequest page);

    /** Sums from {@code from} (included) to {@code to} (excluded), by workload slug, then key id. */
    List<Total> totals(String projectSlug, Instant from, Instant to);
}
