package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.usage.SumSpan;
import dev.inferencekey.server.domain.usage.UsagePlan;
import dev.inferencekey.server.domain.usage.UsageRetention;
import dev.inferencekey.server.ports.store.UsageSumStore;
import java.time.Instant;
import java.util.List;

/** Keeps no sums, only how far they would be. */
final class MemoryUsageSums implements UsageSumStore {
    private final MemorySession session;

    MemoryUsageSums(MemorySession session) {
        this.session = session;
    }

    @Override
    public List<String> projects() {
        return session.reading().usage.values().stream()
                .map(UsageRecord::projectSlug)
                .distinct()
                .sorted()
                .toList();
    }

    @Override
    public List<String> behind(Instant until) {
        return projects().stream()
                .filter(project -> kept(project).rolledUntil().isBefore(SumSpan.FIVE_MINUTES.floor(until)))
                .toList();
    }

    @Override
    public boolean rollUp(String projectSlug, Instant until, int maxRecords) {
        MemoryState state = session.writing();
        if (projects().contains(projectSlug)) {
            UsagePlan.Kept kept = kept(projectSlug);
            Instant end = SumSpan.FIVE_MINUTES.floor(until);
            state.usageKept.put(
                    projectSlug,
                    new UsagePlan.Kept(end.isAfter(kept.rolledUntil()) ? end : kept.rolledUntil(), kept.recordsFrom()));
        }
        return false;
    }

    @Override
    public boolean forget(String projectSlug, Instant recordsBefore, Instant sumsBefore, int maxRows) {
        MemoryState state = session.writing();
        if (projects().contains(projectSlug)) {
            UsagePlan.Kept kept = kept(projectSlug);
            Instant wanted = SumSpan.FIVE_MINUTES.floor(recordsBefore);
            Instant end = wanted.isBefore(kept.rolledUntil()) ? wanted : kept.rolledUntil();
            Instant recordsFrom = end.isAfter(kept.recordsFrom()) ? end : kept.recordsFrom();
            state.usageKept.put(projectSlug, new UsagePlan.Kept(kept.rolledUntil(), recordsFrom));
            Instant sumsFrom = SumSpan.DAY.floor(sumsBefore.isBefore(recordsFrom) ? sumsBefore : recordsFrom);
            state.usage
                    .values()
                    .removeIf(record -> record.projectSlug().equals(projectSlug)
                            && record.at().isBefore(sumsFrom));
        }
        return false;
    }

    private UsagePlan.Kept kept(String projectSlug) {
        return session.reading().usageKept.getOrDefault(projectSlug, new UsagePlan.Kept(Instant.EPOCH, Instant.EPOCH));
    }

    @Override
    public UsageRetention retention() {
        return session.reading().usageRetention;
    }

    @Override
    public void setRetention(UsageRetention retention) {
        session.writing().usageRetention = retention;
    }
}
