package dev.inferencekey.server.dashboard.workload;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.usage.UsageService;
import dev.inferencekey.server.ports.store.PageRequest;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Who called a workload lately, and what went wrong: out of the newest requests of its project. Thread-safe. */
public final class RecentRequests {
    /** How many of the project's requests are looked at. */
    static final int LOOKED_AT = 500;

    private static final int SHOWN = 10;
    private static final int FIRST_ERROR = 400;

    private final UsageService usage;

    RecentRequests(UsageService usage) {
        this.usage = usage;
    }

    /**
     * What was found.
     *
     * @param newest of all, newest first
     * @param errors those that were answered with an error, newest first
     * @param callers by key, the busiest first
     * @param whole whether there was no more to look at
     */
    public record Found(List<UsageRecord> newest, List<UsageRecord> errors, List<KeyUse> callers, boolean whole) {}

    /** How often a key called. */
    public record KeyUse(String keyId, String publicId, long requests) {}

    Found of(Workload workload) {
        var page = usage.records(workload.projectSlug(), new PageRequest(LOOKED_AT, null));
        List<UsageRecord> records = page.items().stream()
                .filter(record -> record.workloadId().equals(workload.id()))
                .toList();
        return new Found(
                first(records.stream()),
                first(records.stream().filter(record -> record.status() >= FIRST_ERROR)),
                callers(records),
                page.next() == null);
    }

    private static List<KeyUse> callers(List<UsageRecord> records) {
        Map<String, KeyUse> callers = new LinkedHashMap<>();
        for (UsageRecord record : records) {
            callers.merge(
                    record.keyId(),
                    new KeyUse(record.keyId(), record.publicId(), 1),
                    (use, one) -> new KeyUse(use.keyId(), use.publicId(), use.requests() + one.requests()));
        }
        return callers.values().stream()
                .sorted(Comparator.comparingLong(KeyUse::requests).reversed())
                .limit(SHOWN)
                .toList();
    }

    private static List<UsageRecord> first(Stream<UsageRecord> records) {
        return records.limit(SHOWN).toList();
    }
}
