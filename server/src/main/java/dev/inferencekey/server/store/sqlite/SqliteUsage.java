package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.UsageStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Usage records.
 *
 * <p>Notes. Appending runs at the rate of requests, so it is plain JDBC by position: names cost more than SQLite itself does.
 */
final class SqliteUsage implements UsageStore {
    private static final String INSERT = """
                    insert into usage_records (project_slug, id, request_id, at, workload_id, workload_slug, key_id,
                                               public_id, client_address, route, model, status, input_tokens,
                                               output_tokens, cached_tokens, duration_micros, first_byte_micros,
                                               request_bytes, response_bytes, streamed, cancelled)
                    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    on conflict (project_slug, id) do nothing
                    """;

    private final SqliteSession session;

    SqliteUsage(SqliteSession session) {
        this.session = session;
    }

    @Override
    public void append(List<UsageRecord> records) {
        if (records.isEmpty()) {
            return;
        }
        Connection connection = session.writing().getConnection();
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            for (UsageRecord record : records) {
                bind(statement, record);
                statement.addBatch();
            }
            statement.executeBatch();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void bind(PreparedStatement statement, UsageRecord record) throws SQLException {
        statement.setString(1, record.projectSlug());
        statement.setString(2, record.id());
        statement.setString(3, record.requestId());
        statement.setLong(4, Columns.micros(record.at()));
        statement.setString(5, record.workloadId());
        statement.setString(6, record.workloadSlug());
        statement.setString(7, record.keyId());
        statement.setString(8, record.publicId());
        statement.setString(9, record.clientAddress());
        statement.setString(10, record.route());
        statement.setString(11, record.model());
        statement.setInt(12, record.status());
        setLong(statement, 13, record.inputTokens());
        setLong(statement, 14, record.outputTokens());
        setLong(statement, 15, record.cachedTokens());
        statement.setLong(16, record.durationMicros());
        setLong(statement, 17, record.firstByteMicros());
        statement.setLong(18, record.requestBytes());
        statement.setLong(19, record.responseBytes());
        statement.setInt(20, record.streamed() ? 1 : 0);
        statement.setInt(21, record.cancelled() ? 1 : 0);
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
        List<UsageRecord> rows = KeySet.descending(session.query("""
                                select id, request_id, at, project_slug, workload_id, workload_slug, key_id, public_id,
                                       client_address, route, model, status, input_tokens, output_tokens,
                                       cached_tokens, duration_micros, first_byte_micros, request_bytes,
                                       response_bytes, streamed, cancelled
                                  from usage_records
                                 where project_slug = :projectSlug and id < :after
                                 order by id desc
                                 limit :limit
                                """), page)
                .bind("projectSlug", projectSlug)
                .map((row, context) -> record(row))
                .list();
        return KeySet.page(rows, page, UsageRecord::id);
    }

    @Override
    public List<Total> totals(String projectSlug, Instant from, Instant to) {
        return session.query("""
                        select workload_slug, key_id, count(*) as requests,
                               count(*) filter (where status >= 400) as failed_requests,
                               coalesce(sum(input_tokens), 0) as input_tokens,
                               coalesce(sum(output_tokens), 0) as output_tokens,
                               coalesce(sum(cached_tokens), 0) as cached_tokens
                          from usage_records
                         where project_slug = :projectSlug and at >= :from and at < :to
                         group by workload_slug, key_id
                         order by workload_slug, key_id
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
