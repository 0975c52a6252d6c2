package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.UsageStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.statement.PreparedBatch;

final class SqliteUsage implements UsageStore {
    private final SqliteSession session;

    SqliteUsage(SqliteSession session) {
        this.session = session;
    }

    @Override
    public void append(List<UsageRecord> records) {
        if (records.isEmpty()) {
            return;
        }
        PreparedBatch batch = session.writing().prepareBatch("""
                        insert into usage_records (id, at, project_slug, workload_id, workload_slug, key_id, public_id,
                                                   client_address, route, model, status, input_tokens, output_tokens,
                                                   cached_tokens, duration_micros, first_byte_micros, request_bytes,
                                                   response_bytes, streamed, cancelled)
                        values (:id, :at, :projectSlug, :workloadId, :workloadSlug, :keyId, :publicId,
                                :clientAddress, :route, :model, :status, :inputTokens, :outputTokens,
                                :cachedTokens, :durationMicros, :firstByteMicros, :requestBytes,
                                :responseBytes, :streamed, :cancelled)
                        on conflict (id) do nothing
                        """);
        for (UsageRecord record : records) {
            batch.bind("id", record.id())
                    .bind("at", Columns.micros(record.at()))
                    .bind("projectSlug", record.projectSlug())
                    .bind("workloadId", record.workloadId())
                    .bind("workloadSlug", record.workloadSlug())
                    .bind("keyId", record.keyId())
                    .bind("publicId", record.publicId())
                    .bind("clientAddress", record.clientAddress())
                    .bind("route", record.route())
                    .bind("model", record.model())
                    .bind("status", record.status())
                    .bind("inputTokens", record.inputTokens())
                    .bind("outputTokens", record.outputTokens())
                    .bind("cachedTokens", record.cachedTokens())
                    .bind("durationMicros", record.durationMicros())
                    .bind("firstByteMicros", record.firstByteMicros())
                    .bind("requestBytes", record.requestBytes())
                    .bind("responseBytes", record.responseBytes())
                    .bind("streamed", record.streamed())
                    .bind("cancelled", record.cancelled())
                    .add();
        }
        batch.execute();
    }

    @Override
    public Page<UsageRecord> list(String projectSlug, PageRequest page) {
        List<UsageRecord> rows = KeySet.descending(session.query("""
                                select id, at, project_slug, workload_id, workload_slug, key_id, public_id,
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
