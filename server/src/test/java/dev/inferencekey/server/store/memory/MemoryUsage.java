package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.price.NanoUsd;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.usage.SumSpan;
import dev.inferencekey.server.domain.usage.UsageDimension;
import dev.inferencekey.server.domain.usage.UsageFilter;
import dev.inferencekey.server.domain.usage.UsageGrid;
import dev.inferencekey.server.domain.usage.UsageGroup;
import dev.inferencekey.server.domain.usage.UsagePlan;
import dev.inferencekey.server.domain.usage.UsageQuery;
import dev.inferencekey.server.domain.usage.UsageReport;
import dev.inferencekey.server.domain.usage.UsageSum;
import dev.inferencekey.server.domain.usage.UsageValues;
import dev.inferencekey.server.domain.usage.WorkloadHour;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.UsageStore;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Adds up single records, each time anew. */
final class MemoryUsage implements UsageStore {
    private final MemorySession session;

    MemoryUsage(MemorySession session) {
        this.session = session;
    }

    @Override
    public void append(List<UsageRecord> records) {
        MemoryState state = session.writing();
        for (UsageRecord record : records) {
            state.usage.putIfAbsent(record.id(), record);
            state.usageProjects.putIfAbsent(record.id(), projectOf(record, state));
        }
    }

    /** The project that had the slug when the request began. */
    private static String projectOf(UsageRecord record, MemoryState state) {
        Project present = state.projectNow(record.projectSlug());
        String deleted = state.deletedProjects.get(record.projectSlug());
        if (present != null && (deleted == null || !record.at().isBefore(present.createdAt()))) {
            return present.id();
        }
        return deleted == null ? "never there" : deleted;
    }

    private UsagePlan.Kept kept(String projectSlug) {
        return session.reading()
                .usageKept
                .getOrDefault(projectId(projectSlug), new UsagePlan.Kept(Instant.EPOCH, Instant.EPOCH));
    }

    private String projectId(String projectSlug) {
        Project project = session.reading().projectNow(projectSlug);
        return project == null ? "none" : project.id();
    }

    private Stream<UsageRecord> records(String projectSlug, UsageFilter filter, Instant from, Instant to) {
        MemoryState state = session.reading();
        String projectId = projectId(projectSlug);
        return state.usage.values().stream()
                .filter(record -> projectId.equals(state.usageProjects.get(record.id()))
                        && filter.covers(record)
                        && !record.at().isBefore(from)
                        && record.at().isBefore(to));
    }

    @Override
    public Page<UsageRecord> list(String projectSlug, UsageFilter filter, Instant from, Instant to, PageRequest page) {
        Instant kept = kept(projectSlug).recordsFrom();
        return MemorySession.page(
                records(projectSlug, filter, from, to)
                        .filter(record ->
                                kept.equals(Instant.EPOCH) || !record.at().isBefore(kept)),
                record -> "%020d.%s".formatted(ChronoUnit.MICROS.between(Instant.EPOCH, record.at()), record.id()),
                true,
                page);
    }

    @Override
    public List<Total> totals(String projectSlug, Instant from, Instant to) {
        TreeMap<String, TreeMap<String, Total>> totals = new TreeMap<>();
        UsagePlan plan = UsagePlan.ofWhole(from, to, kept(projectSlug));
        records(projectSlug, UsageFilter.ALL, plan.from(), plan.to())
                .forEach(record -> totals.computeIfAbsent(record.workloadSlug(), slug -> new TreeMap<>())
                        .merge(record.keyId(), totalOf(record), MemoryUsage::sum));
        List<Total> sorted = new ArrayList<>();
        totals.values().forEach(byKey -> sorted.addAll(byKey.values()));
        return sorted;
    }

    private static Total totalOf(UsageRecord record) {
        return new Total(
                record.workloadSlug(),
                record.keyId(),
                1,
                record.failed() ? 1 : 0,
                orZero(record.inputTokens()),
                orZero(record.outputTokens()),
                orZero(record.cachedTokens()),
                orZero(record.costNanoUsd()));
    }

    private static Total sum(Total one, Total other) {
        return new Total(
                one.workloadSlug(),
                one.keyId(),
                one.requests() + other.requests(),
                one.failedRequests() + other.failedRequests(),
                one.inputTokens() + other.inputTokens(),
                one.outputTokens() + other.outputTokens(),
                one.cachedTokens() + other.cachedTokens(),
                NanoUsd.plus(one.costNanoUsd(), other.costNanoUsd()));
    }

    private static long orZero(@Nullable Long count) {
        return count == null ? 0 : count;
    }

    @Override
    public UsageReport series(String projectSlug, UsageQuery query) {
        return report(projectSlug, query, UsagePlan.ofBuckets(query.from(), query.to(), kept(projectSlug)));
    }

    @Override
    public UsageReport breakdown(String projectSlug, UsageQuery query) {
        return report(projectSlug, query, UsagePlan.ofWhole(query.from(), query.to(), kept(projectSlug)));
    }

    private UsageReport report(String projectSlug, UsageQuery query, UsagePlan plan) {
        List<UsageRecord> records =
                records(projectSlug, query.filter(), plan.from(), plan.to()).toList();
        Map<UsageGroup, Long> requests = new HashMap<>();
        records.forEach(record -> requests.merge(group(query.by(), record), 1L, Long::sum));
        UsageGrid grid = query.by() == null ? UsageGrid.ofOneLine(plan) : new UsageGrid(plan, requests, query.top());
        records.forEach(record -> grid.line(group(query.by(), record))
                .at(record.at().getEpochSecond())
                .add(record));
        return grid.report();
    }

    private static UsageGroup group(@Nullable UsageDimension by, UsageRecord record) {
        if (by == null) {
            return new UsageGroup.All();
        }
        String model = record.model();
        return switch (by) {
            case WORKLOAD -> new UsageGroup.Value(record.workloadSlug());
            case KEY -> new UsageGroup.Value(record.keyId());
            case MODEL -> model == null ? new UsageGroup.Without() : new UsageGroup.Value(model);
            case STATUS -> new UsageGroup.Value(Integer.toString(record.status()));
        };
    }

    @Override
    public UsageValues values(String projectSlug, Instant from, Instant to) {
        UsagePlan plan = UsagePlan.ofWhole(from, to, kept(projectSlug));
        List<UsageRecord> records =
                records(projectSlug, UsageFilter.ALL, plan.from(), plan.to()).toList();
        return new UsageValues(
                sorted(records, UsageRecord::workloadSlug),
                sorted(records, UsageRecord::keyId),
                records.stream()
                        .map(UsageRecord::model)
                        .filter(Objects::nonNull)
                        .distinct()
                        .sorted()
                        .toList(),
                sorted(records, UsageRecord::status));
    }

    private static <T extends Comparable<T>> List<T> sorted(
            List<UsageRecord> records, Function<UsageRecord, T> property) {
        return records.stream().map(property).distinct().sorted().toList();
    }

    @Override
    public List<WorkloadHour> hours(String projectSlug, Instant from, Instant to) {
        UsagePlan plan = UsagePlan.ofHours(from, to, kept(projectSlug));
        TreeMap<String, TreeMap<Instant, UsageSum>> hours = new TreeMap<>();
        records(projectSlug, UsageFilter.ALL, plan.from(), plan.to())
                .forEach(record -> hours.computeIfAbsent(record.workloadSlug(), slug -> new TreeMap<>())
                        .computeIfAbsent(SumSpan.HOUR.floor(record.at()), hour -> new UsageSum())
                        .add(record));
        List<WorkloadHour> sorted = new ArrayList<>();
        hours.forEach((slug, byHour) -> byHour.forEach((hour, sum) -> sorted.add(new WorkloadHour(
                slug,
                hour,
                sum.figures().requests(),
                sum.figures().failed(),
                sum.figures().inputTokens(),
                sum.figures().outputTokens(),
                sum.figures().costNanoUsd()))));
        return sorted;
    }
}
