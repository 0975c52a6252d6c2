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
import java.util.Collections;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Usage records, in the order of their project and time.
 *
 * <p>Notes. Appending runs at the rate of requests, so it is plain JDBC by position: names cost more than SQLite itself does. For the
 * same reason rows are narrow, there is no index beside them (measured: half of the former time), and one statement inserts many of them
 * (a third of what then was left).
 */
final class SqliteUsage implements UsageStore {
    private static final String INSERT = """
                    insert into usage_records (project, at, id, series, request_id, client_address, status, input_tokens,
                                               output_tokens, cached_tokens, duration_micros, first_byte_micros,
                                               request_bytes, response_bytes, streamed, cancelled)
                    values\s""";
    private static final String ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final int COLUMNS = 16;
    /** Of one statement while there are enough records. */
    private static final int ROWS = 16;

    private final SqliteSession session;
    private final UsageSeries series;

    SqliteUsage(SqliteSession session, UsageSeries series) {
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

    /** {@code before} is the number of the parameters of the rows before this one. */
    private static void bind(PreparedStatement statement, int before, UsageRecord record, UsageSeries.Session numbers)
            throws SQLException {
        statement.setLong(before + 1, numbers.project(record.projectSlug()));
        statement.setLong(before + 2, Columns.micros(record.at()));
        statement.setString(before + 3, record.id());
        statement.setLong(before + 4, numbers.series(record));
        statement.setString(before + 5, record.requestId());
        statement.setString(before + 6, record.clientAddress());
        statement.setInt(before + 7, record.status());
        setLong(statement, before + 8, record.inputTokens());
        setLong(statement, before + 9, record.outputTokens());
        setLong(statement, before + 10, record.cachedTokens());
        statement.setLong(before + 11, record.durationMicros());
        setLong(statement, before + 12, record.firstByteMicros());
        statement.setLong(before + 13, record.requestBytes());
        statement.setLong(before + 14, record.responseBytes());
        statement.setInt(before + 15, record.streamed() ? 1 : 0);
        statement.setInt(before + 16, record.cancelled() ? 1 : 0);
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
