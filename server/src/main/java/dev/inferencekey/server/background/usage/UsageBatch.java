package dev.inferencekey.server.background.usage;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.price.PriceBook;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.UsageStore;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Puts records into the store, each at the price of its own time; in a transaction of {@link Store#append}. Stateless.
 *
 * <p>Says how many it could not take, see {@link UsageStore#append}.
 */
final class UsageBatch {
    private UsageBatch() {}

    static int append(StoreSession session, List<UsageRecord> batch) {
        // A workload that does not exist has no bill, and its name is whatever the caller made up.
        List<UsageRecord> billed =
                batch.stream().filter(usage -> !usage.workloadId().isEmpty()).toList();
        if (billed.isEmpty()) {
            return 0;
        }
        PriceBook prices = prices(session, billed);
        return session.usage().append(billed.stream().map(prices::priced).toList());
    }

    /** Looked up once for the whole batch: records that wait for a restart are priced as of their own time, not as of now. */
    private static PriceBook prices(StoreSession session, List<UsageRecord> batch) {
        Set<String> projects = new HashSet<>();
        Set<String> workloads = new HashSet<>();
        Instant oldest = Instant.MAX;
        for (UsageRecord usage : batch) {
            projects.add(usage.projectSlug());
            workloads.add(usage.workloadSlug());
            oldest = usage.at().isBefore(oldest) ? usage.at() : oldest;
        }
        return session.prices().book(projects, workloads, oldest);
    }
}
