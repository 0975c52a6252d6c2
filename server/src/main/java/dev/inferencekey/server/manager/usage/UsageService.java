package dev.inferencekey.server.manager.usage;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.UsageStore.Total;
import java.time.Instant;
import java.util.List;

/** Reads what was used. Thread-safe. */
public final class UsageService {
    private final Store store;

    public UsageService(Store store) {
        this.store = store;
    }

    /** Sums from {@code from} (included) to {@code to} (excluded), by workload and key. */
    public List<Total> totals(String projectSlug, Instant from, Instant to) {
        return store.read(session -> session.usage().totals(projectSlug, from, to));
    }

    /** Single requests, newest first. */
    public Page<UsageRecord> records(String projectSlug, PageRequest page) {
        return store.read(session -> session.usage().list(projectSlug, page));
    }
}
