package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.usage.SumSpan;
import dev.inferencekey.server.domain.usage.UsagePlan;
import dev.inferencekey.server.domain.usage.UsageRetention;
import dev.inferencekey.server.ports.store.UsageSumStore;
import java.time.Instant;
import java.util.List;

/** Keeps no sums, only how far they would be. */
final class MemoryUsageSums implements UsageSumStore {
    private static final String DELETED = "deleted:";

    private final MemorySession session;

    MemoryUsageSums(MemorySession session) {
        this.session = session;
    }

    @Override
    public List<String> projects() {
        MemoryState state = session.reading();
        return state.usageProjects.values().stream()
                .distinct()
                .map(id ->
                        state.projects.containsKey(id) ? state.projects.get(id).slug() : DELETED + id)
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
    public boolean rollUp(String project, Instant until, int maxRecords) {
        MemoryState state = session.writing();
        if (projects().contains(project)) {
            UsagePlan.Kept kept = kept(project);
            Instant end = SumSpan.FIVE_MINUTES.floor(until);
            state.usageKept.put(
                    id(project),
                    new UsagePlan.Kept(end.isAfter(kept.rolledUntil()) ? end : kept.rolledUntil(), kept.recordsFrom()));
        }
        return false;
    }

    @Override
    public boolean forget(String project, Instant recordsBefore, Instant sumsBefore, int maxRows) {
        MemoryState state = session.writing();
        if (projects().contains(project)) {
            UsagePlan.Kept kept = kept(project);
            Instant wanted = SumSpan.FIVE_MINUTES.floor(recordsBefore);
            Instant end = wanted.isBefore(kept.rolledUntil()) ? wanted : kept.rolledUntil();
            Instant recordsFrom = end.isAfter(kept.recordsFrom()) ? end : kept.recordsFrom();
            state.usageKept.put(id(project), new UsagePlan.Kept(kept.rolledUntil(), recordsFrom));
            Instant sumsFrom = SumSpan.DAY.floor(sumsBefore.isBefore(recordsFrom) ? sumsBefore : recordsFrom);
            state.usage
                    .values()
                    .removeIf(record -> id(project).equals(state.usageProjects.get(record.id()))
                            && record.at().isBefore(sumsFrom));
        }
        return false;
    }

    private String id(String project) {
        Project present = session.reading().projectNow(project);
        return present == null ? project.substring(DELETED.length()) : present.id();
    }

    private UsagePlan.Kept kept(String project) {
        return session.reading().usageKept.getOrDefault(id(project), new UsagePlan.Kept(Instant.EPOCH, Instant.EPOCH));
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
