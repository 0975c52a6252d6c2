package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.metering.MeteredUse;
import dev.inferencekey.server.domain.usage.UsageFilter;
import dev.inferencekey.server.domain.usage.UsageQuery;
import dev.inferencekey.server.domain.usage.UsageReport;
import dev.inferencekey.server.domain.usage.UsageValues;
import dev.inferencekey.server.domain.usage.WorkloadHour;
import java.time.Instant;
import java.util.List;

/**
 * What requests left behind: single records, and what they come to. A project has what was used since it was made, and nothing of a
 * deleted one that had its slug before. Sums count every record from when it is appended on, except
 * those of times that are rolled up already ({@link UsageSumStore}): they count from the next round of that on.
 */
public interface UsageStore {
    /** Sums over one workload and key. Tokens and costs (in nano-USD) count only what model servers reported. */
    record Total(
            String workloadSlug,
            String keyId,
            long requests,
            long failedRequests,
            long inputTokens,
            long outputTokens,
            long cachedTokens,
            long costNanoUsd) {}

    /**
     * Appends; a record whose id is known already is skipped, so that an import may be repeated. One of a time whose records are forgotten
     * already is not taken: nobody can tell any more whether it is in the sums. For {@link Store#append}: several nodes import at once.
     *
     * @return how many were not taken for that reason
     */
    int append(List<UsageRecord> records);

    /**
     * Newest first, by the time of the request.
     *
     * @throws InvalidFieldException if {@link PageRequest#after} is not what a piece before gave as its next
     */
    default Page<UsageRecord> list(String projectSlug, PageRequest page) {
        return list(projectSlug, UsageFilter.ALL, Instant.MIN, Instant.MAX, page);
    }

    /**
     * The same of those that fit the filter, from {@code from} (included) to {@code to} (excluded).
     *
     * @throws InvalidFieldException if {@link PageRequest#after} is not what a piece before gave as its next
     */
    Page<UsageRecord> list(String projectSlug, UsageFilter filter, Instant from, Instant to, PageRequest page);

    /** Sums from {@code from} (included) to {@code to} (excluded), by workload slug, then key id. */
    List<Total> totals(String projectSlug, Instant from, Instant to);

    /** What was used over time, in buckets whose width follows from the range. */
    UsageReport series(String projectSlug, UsageQuery query);

    /** What was used in all of the time, without buckets. */
    UsageReport breakdown(String projectSlug, UsageQuery query);

    /** What occurs from {@code from} to {@code to}. */
    UsageValues values(String projectSlug, Instant from, Instant to);

    /**
     * What was metered for a workload from {@code since} on, apart by what engines count otherwise.
     *
     * @param since requests that ended before are left out
     * @param readAt requests that ended after it are told apart
     */
    MeteredUse metered(String projectSlug, String workloadSlug, Instant since, Instant readAt);

    /** What each workload served in each hour that has requests, by workload, then hour. */
    List<WorkloadHour> hours(String projectSlug, Instant from, Instant to);
}
