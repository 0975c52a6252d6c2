package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.inference.UsageRecord;
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
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Usage records, in the order of their project and time.
 *
 * <p>Notes. Appending runs at the rate of requests, so it is plain JDBC by position: names cost more than SQLite itself does. For the
 * same reason rows are narrow, there is no index beside them (measured: half of the former time), and one statement inserts many of them
 * (a third of what then was left).
 */
final class SqlUsage implements UsageStore {
    private static final String INSERT = """
                    insert into usage_records (project, at, id, series, request_id, client_address, status, input_tokens,
                                               output_tokens, cached_tokens, duration_micros, first_byte_micros,
                                               request_bytes, response_bytes, streamed, cancelled, estimated, error,
                                               cost)
                    values\s""";
    private static final String ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final int COLUMNS = 19;
    /** Of one statement while there are enough records. */
    private static final int ROWS = 16;

    private final SqlSession session;
    private final UsageSeries series;

    SqlUsage(SqlSession session, UsageSeries series) {
        this.session = session;
        this.series = series;
    }

    @Override
    public void append(List<UsageRecord> records) {
        Handle handle = session.writing();
        UsageSeries.Session numbers = series.within(handle);
        int inFullStatements = records.size() - records.size() % ROWS;
        try {
            insert(handle, ROWS, records.subList(0, inFullStatements), numbers);
            insert(handle, 1, records.subList(inFullStatements, records.size()), numbers);
            noteLate(handle, records, numbers);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The number of {@code records} is a multiple of {@code rows}. */
    private static void insert(Handle handle, int rows, List<UsageRecord> records, UsageSeries.Session numbers)
            throws SQLException {
        if (records.isEmpty()) {
            return;
        }
        String sql = INSERT + String.join(", ", Collections.nCopies(rows, ROW)) + " on conflict do nothing";
        try (PreparedStatement statement = handle.getConnection().prepareStatement(sql)) {
            int row = 0;
            for (UsageRecord record : records) {
                bind(statement, row * COLUMNS, record, numbers);
                if (++row == rows) {
                    statement.addBatch();
                    row = 0;
                }
            }
            statement.executeBatch();
        }
    }

    private record Late(long project, long at) {}

    /**
     * Records of times that are summed up already are summed up again. Nearly every record comes before that, and then this costs one
     * comparison.
     */
    private static void noteLate(Handle handle, List<UsageRecord> records, UsageSeries.Session numbers) {
        Instant rolledUntil = numbers.rolledUntil();
        Set<Late> late = new HashSet<>();
        for (UsageRecord record : records) {
            if (record.at().isBefore(rolledUntil)) {
                long start = UsageSums.floor(SumSpan.FIVE_MINUTES, Columns.micros(record.at()));
                late.add(new Late(numbers.project(record), start));
            }
        }
        late.forEach(each -> UsageSums.noteLate(handle, each.project(), each.at()));
    }

    /** {@code before} is the number of the parameters of the rows before this one. */
    private static void bind(PreparedStatement statement, int before, UsageRecord record, UsageSeries.Session numbers)
            throws SQLException {
        statement.setLong(before + 1, numbers.project(record));
        statement.setLong(before + 2, Columns.micros(record.at()));
        statement.setString(before + 3, record.id());
        statement.setLong(before + 4, numbers.series(record));
        statement.setString(before + 5, record.requestId());
        statement.setString(before + 6, record.clientAddress());
        statement.setInt(before + 7, Outcome.of(record));
        setLong(statement, before + 8, record.inputTokens());
        setLong(statement, before + 9, record.outputTokens());
        setLong(statement, before + 10, record.cachedTokens());
        statement.setLong(before + 11, record.durationMicros());
        setLong(statement, before + 12, record.firstByteMicros());
        statement.setLong(before + 13, record.requestBytes());
        statement.setLong(before + 14, record.responseBytes());
        statement.setInt(before + 15, record.streamed() ? 1 : 0);
        statement.setInt(before + 16, record.cancelled() ? 1 : 0);
        statement.setInt(before + 17, record.estimated() ? 1 : 0);
        statement.setString(before + 18, record.error());
        setLong(statement, before + 19, record.costNanoUsd());
    }

    private static void setLong(PreparedStatement statement, int index, @Nullable Long value) throws SQLException {
        if (value == null) {
            statement.setNull(index, Types.INTEGER);
        } else {
            statement.setLong(index, value);
        }
    }

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
