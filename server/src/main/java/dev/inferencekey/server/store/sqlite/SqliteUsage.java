package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.UsageStore;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Usage records, in the order of their project and time.
 *
 * <p>Notes. Appending runs at the rate of requests, so it is plain JDBC by position: names cost more than SQLite itself does. For the
 * same reason rows are narrow, and there is no index beside them (measured: a third of the former time).
 */
final class SqliteUsage implements UsageStore {
    private static final String INSERT = """
                    insert into usage_records (project, at, id, series, request_id, client_address, status, input_tokens,
                                               output_tokens, cached_tokens, duration_micros, first_byte_micros,
                                               request_bytes, response_bytes, streamed, cancelled)
                    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    on conflict do nothing
                    """;

    private final SqliteSession session;
    private final UsageSeries series;

    SqliteUsage(SqliteSession session, UsageSeries series) {
        this.session = session;
        this.series = series;
    }

    @Override
    public void append(List<UsageRecord> records) {
        if (records.isEmpty()) {
            return;
        }
        Handle handle = session.writing();
        UsageSeries.Session numbers = series.within(handle);
        try (PreparedStatement statement = handle.getConnection().prepareStatement(INSERT)) {
            for (UsageRecord record : records) {
                bind(statement, record, numbers);
                statement.addBatch();
            }
            statement.executeBatch();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void bind(PreparedStatement statement, UsageRecord record, UsageSeries.Session numbers)
            throws SQLException {
        statement.setLong(1, numbers.project(record.projectSlug()));
        statement.setLong(2, Columns.micros(record.at()));
        statement.setString(3, record.id());
        statement.setLong(4, numbers.series(record));
        statement.setString(5, record.requestId());
        statement.setString(6, record.clientAddress());
        statement.setInt(7, record.status());
        setLong(statement, 8, record.inputTokens());
        setLong(statement, 9, record.outputTokens());
        setLong(statement, 10, record.cachedTokens());
        statement.setLong(11, record.durationMicros());
        setLong(statement, 12, record.firstByteMicros());
        statement.setLong(13, record.requestBytes());
        statement.setLong(14, record.responseBytes());
        statement.setInt(15, record.streamed() ? 1 : 0);
        statement.setInt(16, record.cancelled() ? 1 : 0);
    }

    private static void setLong(PreparedStatement statement, int index, @Nullable Long value) throws SQLException {
        if (value == null) {
            statement.setNull(index, Types.INTEGER);
        } else {
            statement.setLong(index, value);
        }
    }

    @Override
    public Page<UsageRecord> list(String projectSlug, PageRequest page) {
        UsageCursor after = UsageCursor.of(page);
        List<UsageRecord> rows = session.query("""
                        select r.id, r.request_id, r.at, p.slug as project_slug, s.workload_id, s.workload_slug, s.key_id,
                               s.public_id, r.client_address, s.route, s.model, r.status, r.input_tokens, r.output_tokens,
                               r.cached_tokens, r.duration_micros, r.first_byte_micros, r.request_bytes,
                               r.response_bytes, r.streamed, r.cancelled
                          from usage_records r
                          join usage_projects p on p.id = r.project
                          join usage_series s on s.id = r.series
                         where p.slug = :projectSlug and (r.at, r.id) < (:at, :id)
                         order by r.at desc, r.id desc
                         limit :limit
                        """)
                .bind("projectSlug", projectSlug)
                .bind("at", after.at())
                .bind("id", after.id())
                .bind("limit", page.limit() + 1)
                .map((row, context) -> record(row))
                .list();
        return KeySet.page(rows, page, record -> UsageCursor.of(record).text());
    }

    @Override
    public List<Total> totals(String projectSlug, Instant from, Instant to) {
        return session.query("""
                        select s.workload_slug, s.key_id, sum(t.requests) as requests,
                               sum(t.failed_requests) as failed_requests, sum(t.input_tokens) as input_tokens,
                               sum(t.output_tokens) as output_tokens, sum(t.cached_tokens) as cached_tokens
                          from (select series, count(*) as requests,
                                       count(*) filter (where status >= 400) as failed_requests,
                                       coalesce(sum(input_tokens), 0) as input_tokens,
                                       coalesce(sum(output_tokens), 0) as output_tokens,
                                       coalesce(sum(cached_tokens), 0) as cached_tokens
                                  from usage_records
                                 where project = (select id from usage_projects where slug = :projectSlug)
                                   and at >= :from and at < :to
                                 group by series) t
                          join usage_series s on s.id = t.series
                         group by s.workload_slug, s.key_id
                         order by s.workload_slug, s.key_id
                        """)
                .bind("projectSlug", projectSlug)
                .bind("from", Columns.micros(from))
                .bind("to", Columns.micros(to))
                .map((row, context) -> new Total(
                        row.getString("workload_slug"),
                        row.getString("key_id"),
                        row.getLong("requests"),
                        row.getLong("failed_requests"),
                        row.getLong("input_tokens"),
                        row.getLong("output_tokens"),
                        row.getLong("cached_tokens")))
                .list();
    }

    private static UsageRecord record(ResultSet row) throws SQLException {
        return new UsageRecord(
                row.getString("id"),
                row.getString("request_id"),
                Columns.time(row, "at"),
                row.getString("project_slug"),
                row.getString("workload_id"),
                row.getString("workload_slug"),
                row.getString("key_id"),
                row.getString("public_id"),
                row.getString("client_address"),
                row.getString("route"),
                Columns.textOrNull(row, "model"),
                row.getInt("status"),
                Columns.longOrNull(row, "input_tokens"),
                Columns.longOrNull(row, "output_tokens"),
                Columns.longOrNull(row, "cached_tokens"),
                row.getLong("duration_micros"),
                Columns.longOrNull(row, "first_byte_micros"),
                row.getLong("request_bytes"),
                row.getLong("response_bytes"),
                row.getBoolean("streamed"),
                row.getBoolean("cancelled"));
    }
}
