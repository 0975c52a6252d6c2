package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.metering.MeteredUse;
import dev.inferencekey.server.domain.usage.Outcome;
import dev.inferencekey.server.domain.usage.SumSpan;
import dev.inferencekey.server.domain.usage.UsageFigures;
import dev.inferencekey.server.domain.usage.UsageFilter;
import dev.inferencekey.server.domain.usage.UsagePlan;
import dev.inferencekey.server.domain.usage.UsageQuery;
import dev.inferencekey.server.domain.usage.UsageReport;
import dev.inferencekey.server.domain.usage.UsageSum;
import dev.inferencekey.server.domain.usage.UsageValues;
import dev.inferencekey.server.domain.usage.WorkloadHour;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.UsageStore;
import dev.inferencekey.server.store.sql.UsageReports.Count;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** Usage records, in the order of their project and time. */
final class SqlUsage implements UsageStore {
    private final SqlSession session;
    private final UsageSeries series;

    SqlUsage(SqlSession session, UsageSeries series) {
        this.session = session;
        this.series = series;
    }

    /** In the same order wherever it is done, so that no two importers wait for each other: numbers, projects, records, late times. */
    @Override
    public int append(List<UsageRecord> records) {
        Handle handle = session.writing();
        UsageTables tables = session.dialect().usageTables();
        List<UsageRow> all = series.within(handle).rows(records);
        List<Long> numbers = all.stream().map(UsageRow::project).distinct().toList();
        // From here on no time is summed up or forgotten that was not before, so a record is late or it is not.
        numbers.forEach(project -> tables.share(handle, project));
        Map<Long, UsageProject> projects = UsageProject.numbered(handle, numbers);
        List<UsageRow> rows = all.stream()
                .filter(row -> row.at() >= project(projects, row).recordsFrom())
                .toList();
        try {
            tables.insert(handle.getConnection(), rows);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        rows.stream()
                .filter(row -> row.at() < project(projects, row).rolledUntil())
                .map(row -> new Late(row.project(), UsageSums.floor(SumSpan.FIVE_MINUTES, row.at())))
                .distinct()
                .forEach(late -> UsageSums.noteLate(handle, late.project(), late.at()));
        return all.size() - rows.size();
    }

    private static UsageProject project(Map<Long, UsageProject> projects, UsageRow row) {
        return projects.getOrDefault(row.project(), UsageProject.NEVER_USED);
    }

    private record Late(long project, long at) {}

    @Override
    public Page<UsageRecord> list(String projectSlug, UsageFilter filter, Instant from, Instant to, PageRequest page) {
        TimeCursor.of(page);
        List<UsageRecord> rows = UsageProject.find(session, projectSlug)
                .map(project -> new UsageSearch(session, project, projectSlug, filter, page)
                        .find(Columns.micros(from), Columns.micros(to)))
                .orElse(List.of());
        return KeySet.page(
                rows, page, record -> TimeCursor.of(record.at(), record.id()).text());
    }

    private record TotalKey(String workloadSlug, String keyId) {}

    @Override
    public List<Total> totals(String projectSlug, Instant from, Instant to) {
        Map<TotalKey, UsageSum> totals = new HashMap<>();
        UsageProject.find(session, projectSlug)
                .ifPresent(project -> new UsageReports(session, project)
                        .forEachCount(
                                UsagePlan.ofWhole(from, to, project.kept()),
                                UsageFilter.ALL,
                                false,
                                count -> add(
                                        totals.computeIfAbsent(
                                                new TotalKey(count.workloadSlug(), count.keyId()),
                                                key -> new UsageSum()),
                                        count)));
        return totals.entrySet().stream()
                .map(total -> total(total.getKey(), total.getValue().figures()))
                .sorted(Comparator.comparing(Total::workloadSlug).thenComparing(Total::keyId))
                .toList();
    }

    private static void add(UsageSum sum, Count count) {
        sum.add(
                count.outcome(),
                count.requests(),
                count.inputTokens(),
                count.outputTokens(),
                count.cachedTokens(),
                count.costNanoUsd());
    }

    private static Total total(TotalKey key, UsageFigures figures) {
        return new Total(
                key.workloadSlug(),
                key.keyId(),
                figures.requests(),
                figures.failed(),
                figures.inputTokens(),
                figures.outputTokens(),
                figures.cachedTokens(),
                figures.costNanoUsd());
    }

    @Override
    public UsageReport series(String projectSlug, UsageQuery query) {
        return report(projectSlug, query, kept -> UsagePlan.ofBuckets(query.from(), query.to(), kept));
    }

    @Override
    public UsageReport breakdown(String projectSlug, UsageQuery query) {
        return report(projectSlug, query, kept -> UsagePlan.ofWhole(query.from(), query.to(), kept));
    }

    private UsageReport report(String projectSlug, UsageQuery query, Function<UsagePlan.Kept, UsagePlan> planner) {
        UsageProject project = UsageProject.find(session, projectSlug).orElse(UsageProject.NEVER_USED);
        return new UsageReports(session, project).report(planner.apply(project.kept()), query);
    }

    @Override
    public UsageValues values(String projectSlug, Instant from, Instant to) {
        TreeSet<String> workloads = new TreeSet<>();
        TreeSet<String> keys = new TreeSet<>();
        TreeSet<String> models = new TreeSet<>();
        TreeSet<Integer> statuses = new TreeSet<>();
        UsageProject.find(session, projectSlug)
                .ifPresent(project -> new UsageReports(session, project)
                        .forEachCount(UsagePlan.ofWhole(from, to, project.kept()), UsageFilter.ALL, false, count -> {
                            workloads.add(count.workloadSlug());
                            keys.add(count.keyId());
                            if (count.model() != null) {
                                models.add(count.model());
                            }
                            statuses.add(Outcome.status(count.outcome()));
                        }));
        return new UsageValues(List.copyOf(workloads), List.copyOf(keys), List.copyOf(models), List.copyOf(statuses));
    }

    @Override
    public MeteredUse metered(String projectSlug, String workloadSlug, Instant since, Instant readAt) {
        return UsageProject.find(session, projectSlug)
                .map(project -> new UsageParts(session, project, workloadSlug).between(since, readAt))
                .orElse(MeteredUse.NONE);
    }

    private record HourKey(String workloadSlug, long hour) {}

    @Override
    public List<WorkloadHour> hours(String projectSlug, Instant from, Instant to) {
        Map<HourKey, UsageSum> hours = new HashMap<>();
        UsageProject.find(session, projectSlug)
                .ifPresent(project -> new UsageReports(session, project)
                        .forEachCount(
                                UsagePlan.ofHours(from, to, project.kept()),
                                UsageFilter.ALL,
                                true,
                                count -> add(
                                        hours.computeIfAbsent(
                                                new HourKey(count.workloadSlug(), count.hour()), key -> new UsageSum()),
                                        count)));
        return hours.entrySet().stream()
                .map(hour -> hour(hour.getKey(), hour.getValue().figures()))
                .sorted(Comparator.comparing(WorkloadHour::workloadSlug).thenComparing(WorkloadHour::hour))
                .toList();
    }

    private static WorkloadHour hour(HourKey key, UsageFigures figures) {
        return new WorkloadHour(
                key.workloadSlug(),
                Columns.ofMicros(key.hour()),
                figures.requests(),
                figures.failed(),
                figures.inputTokens(),
                figures.outputTokens(),
                figures.costNanoUsd());
    }
}
