package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.usage.SumSpan;
import dev.inferencekey.server.domain.usage.UsageSum;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** The rows of sums of one project, within one transaction that writes. Times are microseconds since 1970. */
final class UsageSums {
    private final Handle handle;
    private final long project;

    private record Key(long series, int outcome) {}

    UsageSums(Handle handle, long project) {
        this.handle = handle;
        this.project = project;
    }

    /** Notes that records of the five minutes that begin then are not in the sums, although these reach that far. */
    static void noteLate(Handle handle, long project, long start) {
        handle.createUpdate("insert into usage_late (project, at) values (:project, :start) on conflict do nothing")
                .bind("project", project)
                .bind("start", start)
                .execute();
    }

    static long length(SumSpan span) {
        return span.length().toSeconds() * 1_000_000;
    }

    static long floor(SumSpan span, long at) {
        return at - Math.floorMod(at, length(span));
    }

    /** The time of the first record that is not before this one, {@link Long#MAX_VALUE} if there is none. */
    long firstRecordFrom(long at) {
        return handle.createQuery("""
                        select at from usage_records where project = :project and at >= :at order by at limit 1
                        """)
                .bind("project", project)
                .bind("at", at)
                .mapTo(Long.class)
                .findOne()
                .orElse(Long.MAX_VALUE);
    }

    /** Puts the sums of the records of these five minutes in the place of what is there; returns the number of records. */
    long sumRecords(long start) {
        Map<Key, UsageSum> sums = new HashMap<>();
        long records = addRecords(start, sums);
        replace(SumSpan.FIVE_MINUTES, start, sums);
        return records;
    }

    /** Puts the sums of the shorter span in the place of what is there. */
    void sumShorter(SumSpan span, SumSpan shorter, long start) {
        Map<Key, UsageSum> sums = new HashMap<>();
        addSums(shorter, start, start + length(span), sums);
        replace(span, start, sums);
    }

    /** Deletes the records of these five minutes; returns their number. */
    long deleteRecords(long start) {
        return handle.createUpdate("""
                        delete from usage_records where project = :project and at >= :from and at < :to
                        """)
                .bind("project", project)
                .bind("from", start)
                .bind("to", start + length(SumSpan.FIVE_MINUTES))
                .execute();
    }

    /** Deletes sums of before this time, the oldest, and about so many; returns their number. */
    long deleteSums(SumSpan span, long before, int maxRows) {
        return handle.createUpdate("""
                        delete from usage_sums
                         where project = :project and span = :span
                           and at < (select coalesce(max(at) + 1, 0)
                                       from (select at from usage_sums
                                              where project = :project and span = :span and at < :before
                                              order by at limit :limit) t)
                        """)
                .bind("project", project)
                .bind("span", span.length().toSeconds())
                .bind("before", before)
                .bind("limit", maxRows)
                .execute();
    }

    private long addRecords(long start, Map<Key, UsageSum> sums) {
        return handle.createQuery("""
                        select series, status, coalesce(input_tokens, 0), coalesce(output_tokens, 0),
                               coalesce(cached_tokens, 0), coalesce(cost, 0), duration_micros,
                               coalesce(first_byte_micros, -1)
                          from usage_records
                         where project = :project and at >= :from and at < :to
                        """)
                .bind("project", project)
                .bind("from", start)
                .bind("to", start + length(SumSpan.FIVE_MINUTES))
                .scanResultSet((rows, context) -> {
                    ResultSet row = rows.get();
                    long count = 0;
                    while (row.next()) {
                        count++;
                        int outcome = row.getInt(2);
                        UsageSum sum = sums.computeIfAbsent(new Key(row.getLong(1), outcome), key -> new UsageSum());
                        sum.add(outcome, 1, row.getLong(3), row.getLong(4), row.getLong(5), row.getLong(6));
                        sum.durations().add(row.getLong(7));
                        long firstByte = row.getLong(8);
                        if (firstByte >= 0) {
                            sum.firstBytes().add(firstByte);
                        }
                    }
                    return count;
                });
    }

    private void addSums(SumSpan span, long from, long to, Map<Key, UsageSum> sums) {
        handle.createQuery("""
                        select series, status, requests, input_tokens, output_tokens, cached_tokens, cost, durations,
                               first_bytes
                          from usage_sums
                         where project = :project and span = :span and at >= :from and at < :to
                        """)
                .bind("project", project)
                .bind("span", span.length().toSeconds())
                .bind("from", from)
                .bind("to", to)
                .scanResultSet((rows, context) -> {
                    ResultSet row = rows.get();
                    while (row.next()) {
                        int outcome = row.getInt(2);
                        UsageSum sum = sums.computeIfAbsent(new Key(row.getLong(1), outcome), key -> new UsageSum());
                        sum.add(
                                outcome,
                                row.getLong(3),
                                row.getLong(4),
                                row.getLong(5),
                                row.getLong(6),
                                row.getLong(7));
                        sum.durations().addEncoded(row.getBytes(8));
                        sum.firstBytes().addEncoded(row.getBytes(9));
                    }
                    return true;
                });
    }

    private void replace(SumSpan span, long start, Map<Key, UsageSum> sums) {
        handle.createUpdate("delete from usage_sums where project = :project and span = :span and at = :at")
                .bind("project", project)
                .bind("span", span.length().toSeconds())
                .bind("at", start)
                .execute();
        if (sums.isEmpty()) {
            return;
        }
        // In the order of the table; by position, since there can be thousands of them.
        List<Map.Entry<Key, UsageSum>> rows = sums.entrySet().stream()
                .sorted((one, other) -> {
                    int bySeries =
                            Long.compare(one.getKey().series(), other.getKey().series());
                    return bySeries != 0
                            ? bySeries
                            : Integer.compare(
                                    one.getKey().outcome(), other.getKey().outcome());
                })
                .toList();
        try (PreparedStatement insert = handle.getConnection().prepareStatement("""
                insert into usage_sums (project, span, at, series, status, requests, input_tokens, output_tokens,
                                        cached_tokens, cost, durations, first_bytes)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)) {
            for (Map.Entry<Key, UsageSum> row : rows) {
                UsageSum sum = row.getValue();
                insert.setLong(1, project);
                insert.setLong(2, span.length().toSeconds());
                insert.setLong(3, start);
                insert.setLong(4, row.getKey().series());
                insert.setInt(5, row.getKey().outcome());
                insert.setLong(6, sum.requests());
                insert.setLong(7, sum.inputTokens());
                insert.setLong(8, sum.outputTokens());
                insert.setLong(9, sum.cachedTokens());
                insert.setLong(10, sum.costNanoUsd());
                insert.setBytes(11, sum.durations().encode());
                insert.setBytes(12, sum.firstBytes().encode());
                insert.addBatch();
            }
            insert.executeBatch();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
