package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.usage.Outcome;
import dev.inferencekey.server.domain.usage.SumSpan;
import dev.inferencekey.server.domain.usage.UsageFilter;
import dev.inferencekey.server.domain.usage.UsagePlan;
import dev.inferencekey.server.domain.usage.UsagePlan.Piece;
import dev.inferencekey.server.ports.store.PageRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds records, newest first.
 *
 * <p>Notes. Records have no index by workload, key or status: it would cost a fifth of each import. The sums know in which days, hours and
 * five minutes there is something that fits, so only those are looked into, and a key that was used once a month ago is found as
 * fast as one in use.
 */
final class UsageSearch {
    private final SqlSession session;
    private final UsageProject project;
    private final String projectSlug;
    private final UsageFilter filter;
    private final UsageConditions conditions;
    private final TimeCursor after;
    private final int wanted;
    private final List<UsageRecord> found = new ArrayList<>();

    UsageSearch(SqlSession session, UsageProject project, String projectSlug, UsageFilter filter, PageRequest page) {
        this.session = session;
        this.project = project;
        this.projectSlug = projectSlug;
        this.filter = filter;
        this.conditions = new UsageConditions(filter);
        this.after = TimeCursor.of(page);
        this.wanted = page.limit() + 1;
    }

    /** The newest ones from {@code from} to {@code to}, one more than the piece holds. Microseconds since 1970. */
    List<UsageRecord> find(long from, long to) {
        long end = after.at() == Long.MAX_VALUE ? to : Math.min(to, after.at() + 1);
        if (from < end) {
            if (filter.equals(UsageFilter.ALL) || from >= project.rolledUntil()) {
                records(from, end);
            } else {
                records(Math.max(from, project.rolledUntil()), end);
                Instant summed = Columns.ofMicros(Math.min(end, project.rolledUntil()));
                UsagePlan plan = UsagePlan.ofWhole(Columns.ofMicros(from), summed, project.kept());
                for (Piece piece : plan.pieces().reversed()) {
                    search(
                            piece.span(),
                            Math.max(from, Columns.micros(piece.from())),
                            Math.min(end, Columns.micros(piece.to())));
                }
            }
        }
        return found;
    }

    private void search(@Nullable SumSpan span, long from, long to) {
        if (span == null) {
            records(from, to);
            return;
        }
        long length = Columns.micros(Instant.EPOCH.plus(span.length()));
        long end = to;
        while (found.size() < wanted && from < end) {
            List<Long> times = times(span, from - Math.floorMod(from, length), end);
            for (long time : times) {
                if (found.size() < wanted) {
                    search(UsagePlan.shorter(span), Math.max(from, time), Math.min(to, time + length));
                }
            }
            end = times.isEmpty() ? from : times.getLast();
        }
    }

    /** When sums with something that fits begin, latest first; as many as can be needed. */
    private List<Long> times(SumSpan span, long from, long to) {
        return conditions
                .bind(session.query("""
                        select distinct at
                          from usage_sums
                         where project = :project and span = :span and at >= :from and at < :to
                        """ + conditions.sql() + " order by at desc limit :limit"))
                .bind("project", project.id())
                .bind("span", span.length().toSeconds())
                .bind("from", from)
                .bind("to", to)
                .bind("limit", wanted - found.size())
                .mapTo(Long.class)
                .list();
    }

    private void records(long from, long to) {
        if (from >= to || found.size() >= wanted) {
            return;
        }
        found.addAll(conditions
                .bind(session.query("""
                        select r.id, r.request_id, r.at, s.workload_id, s.workload_slug, s.key_id, s.public_id,
                               r.client_address, s.route, s.model, r.status, r.input_tokens, r.output_tokens,
                               r.cached_tokens, r.duration_micros, r.first_byte_micros, r.request_bytes,
                               r.response_bytes, r.streamed, r.cancelled, r.estimated, r.error, r.cost
                          from usage_records r
                          join usage_series s on s.id = r.series
                         where r.project = :project and (r.at, r.id) < (:afterAt, :afterId)
                           and r.at >= :from and r.at < :to
                        """ + conditions.sql() + " order by r.at desc, r.id desc limit :limit"))
                .bind("project", project.id())
                .bind("afterAt", after.at())
                .bind("afterId", after.id())
                .bind("from", from)
                .bind("to", to)
                .bind("limit", wanted - found.size())
                .map((row, context) -> record(row))
                .list());
    }

    private UsageRecord record(ResultSet row) throws SQLException {
        return new UsageRecord(
                row.getString("id"),
                row.getString("request_id"),
                Columns.time(row, "at"),
                projectSlug,
                row.getString("workload_id"),
                row.getString("workload_slug"),
                row.getString("key_id"),
                row.getString("public_id"),
                row.getString("client_address"),
                row.getString("route"),
                Columns.textOrNull(row, "model"),
                Outcome.status(row.getInt("status")),
                Columns.longOrNull(row, "input_tokens"),
                Columns.longOrNull(row, "output_tokens"),
                Columns.longOrNull(row, "cached_tokens"),
                row.getLong("duration_micros"),
                Columns.longOrNull(row, "first_byte_micros"),
                row.getLong("request_bytes"),
                row.getLong("response_bytes"),
                row.getBoolean("streamed"),
                row.getBoolean("cancelled"),
                row.getBoolean("estimated"),
                Columns.textOrNull(row, "error"),
                Columns.longOrNull(row, "cost"),
                null);
    }
}
