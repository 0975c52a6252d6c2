package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.usage.Outcome;
import dev.inferencekey.server.domain.usage.UsageDimension;
import dev.inferencekey.server.domain.usage.UsageFilter;
import dev.inferencekey.server.domain.usage.UsageGrid;
import dev.inferencekey.server.domain.usage.UsageGroup;
import dev.inferencekey.server.domain.usage.UsagePlan;
import dev.inferencekey.server.domain.usage.UsagePlan.Piece;
import dev.inferencekey.server.domain.usage.UsageQuery;
import dev.inferencekey.server.domain.usage.UsageReport;
import dev.inferencekey.server.domain.usage.UsageSum;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Adds usage up, from sums where there are some.
 *
 * <p>Notes. A report by workload, key, model or status is made in two passes: first only the requests of each are counted, inside of
 * SQLite, which tells who gets a line; then everything is read, and each row is added where it belongs. So the memory that a report takes
 * does not grow with the number of keys. Columns are read by position: finding them by name would cost more than the rest.
 *
 * <p>Costs are added with {@code total}, since {@code sum} fails where the sum does not fit; for that, what is above nine million dollars
 * is off by less than a part in 10^15.
 */
final class UsageReports {
    private static final long MICROS_PER_SECOND = 1_000_000;

    private final SqlSession session;
    private final long project;

    UsageReports(SqlSession session, UsageProject project) {
        this.session = session;
        this.project = project.id();
    }

    /** What the requests of one series with one {@link Outcome} come to. */
    record Count(
            long hour,
            long series,
            int outcome,
            long requests,
            long inputTokens,
            long outputTokens,
            long cachedTokens,
            long costNanoUsd,
            String workloadSlug,
            String keyId,
            @Nullable String model) {
        UsageGroup group(UsageDimension by) {
            return switch (by) {
                case WORKLOAD -> new UsageGroup.Value(workloadSlug);
                case KEY -> new UsageGroup.Value(keyId);
                case MODEL -> model == null ? new UsageGroup.Without() : new UsageGroup.Value(model);
                case STATUS -> new UsageGroup.Value(Integer.toString(Outcome.status(outcome)));
            };
        }
    }

    /** Goes through all counts of the plan's time; one series and outcome can come more than once. */
    void forEachCount(UsagePlan plan, UsageFilter filter, boolean byHour, Consumer<Count> action) {
        UsageConditions conditions = new UsageConditions(filter);
        String hour = byHour ? "at - at % 3600000000" : "0";
        for (Piece piece : plan.pieces()) {
            String counted = piece.span() == null ? """
                    select %s as hour, series, status, count(*) as requests,
                           coalesce(sum(input_tokens), 0) as input_tokens,
                           coalesce(sum(output_tokens), 0) as output_tokens,
                           coalesce(sum(cached_tokens), 0) as cached_tokens,
                           %s as cost
                      from usage_records
                     where project = :project and at >= :from and at < :to
                    """ : """
                    select %s as hour, series, status, sum(requests) as requests, sum(input_tokens) as input_tokens,
                           sum(output_tokens) as output_tokens, sum(cached_tokens) as cached_tokens,
                           %s as cost
                      from usage_sums
                     where project = :project and span = :span and at >= :from and at < :to
                    """;
            String sql = """
                    select t.hour, t.series, t.status, t.requests, t.input_tokens, t.output_tokens, t.cached_tokens,
                           t.cost, s.workload_slug, s.key_id, s.model
                      from (%s group by hour, series, status) t
                      join usage_series s on s.id = t.series
                    """.formatted(counted.formatted(hour, session.dialect().cappedSum("cost")) + conditions.sql());
            query(sql, piece, conditions).scanResultSet((rows, context) -> {
                ResultSet row = rows.get();
                while (row.next()) {
                    action.accept(count(row));
                }
                return true;
            });
        }
    }

    private static Count count(ResultSet row) throws SQLException {
        return new Count(
                row.getLong(1),
                row.getLong(2),
                row.getInt(3),
                row.getLong(4),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7),
                row.getLong(8),
                row.getString(9),
                row.getString(10),
                row.getString(11));
    }

    UsageReport report(UsagePlan plan, UsageQuery query) {
        UsageDimension by = query.by();
        if (by == null) {
            UsageGrid grid = UsageGrid.ofOneLine(plan);
            UsageGrid.Line line = grid.line(new UsageGroup.All());
            read(plan, query.filter(), (series, outcome) -> line);
            return grid.report();
        }
        Map<UsageGroup, Long> requests = new HashMap<>();
        Map<Long, UsageGroup> groups = new HashMap<>();
        forEachCount(plan, query.filter(), false, count -> {
            UsageGroup group = count.group(by);
            requests.merge(group, count.requests(), Long::sum);
            groups.put(by == UsageDimension.STATUS ? count.outcome() : count.series(), group);
        });
        UsageGrid grid = new UsageGrid(plan, requests, query.top());
        Map<Long, UsageGrid.Line> lines = new HashMap<>();
        groups.forEach((number, group) -> lines.put(number, grid.line(group)));
        read(
                plan,
                query.filter(),
                (series, outcome) -> lines.get(by == UsageDimension.STATUS ? (long) outcome : series));
        return grid.report();
    }

    /** Says which line a series and outcome belong to; null if they were not counted. */
    @FunctionalInterface
    private interface Lines {
        UsageGrid.@Nullable Line of(long series, int outcome);
    }

    private void read(UsagePlan plan, UsageFilter filter, Lines lines) {
        UsageConditions conditions = new UsageConditions(filter);
        for (Piece piece : plan.pieces()) {
            String sql = piece.span() == null ? """
                    select at, series, status, 1, coalesce(input_tokens, 0), coalesce(output_tokens, 0),
                           coalesce(cached_tokens, 0), coalesce(cost, 0), duration_micros, coalesce(first_byte_micros, -1)
                      from usage_records
                     where project = :project and at >= :from and at < :to
                    """ : """
                    select at, series, status, requests, input_tokens, output_tokens, cached_tokens, cost,
                           durations, first_bytes
                      from usage_sums
                     where project = :project and span = :span and at >= :from and at < :to
                    """;
            query(sql + conditions.sql(), piece, conditions).scanResultSet((rows, context) -> {
                ResultSet row = rows.get();
                while (row.next()) {
                    add(row, piece, lines);
                }
                return true;
            });
        }
    }

    private static void add(ResultSet row, Piece piece, Lines lines) throws SQLException {
        int outcome = row.getInt(3);
        UsageGrid.Line line = lines.of(row.getLong(2), outcome);
        if (line == null) {
            throw new IllegalStateException("sums changed while they were read");
        }
        UsageSum sum = line.at(Math.floorDiv(row.getLong(1), MICROS_PER_SECOND));
        sum.add(outcome, row.getLong(4), row.getLong(5), row.getLong(6), row.getLong(7), row.getLong(8));
        if (piece.span() == null) {
            sum.durations().add(row.getLong(9));
            long firstByte = row.getLong(10);
            if (firstByte >= 0) {
                sum.firstBytes().add(firstByte);
            }
        } else {
            sum.durations().addEncoded(row.getBytes(9));
            sum.firstBytes().addEncoded(row.getBytes(10));
        }
    }

    private Query query(String sql, Piece piece, UsageConditions conditions) {
        Query query = conditions
                .bind(session.query(sql))
                .bind("project", project)
                .bind("from", Columns.micros(piece.from()))
                .bind("to", Columns.micros(piece.to()));
        return piece.span() == null
                ? query
                : query.bind("span", piece.span().length().toSeconds());
    }
}
