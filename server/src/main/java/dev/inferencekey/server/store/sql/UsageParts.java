package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.domain.metering.MeteredUse;
import dev.inferencekey.server.domain.metering.MeteredUse.Part;
import dev.inferencekey.server.domain.usage.UsageFilter;
import dev.inferencekey.server.domain.usage.UsagePlan;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What was metered for one workload, apart by what engines count otherwise.
 *
 * <p>Notes. Sums don't tell estimates and late ends from other requests, so the last {@link #PRECISE} are read record by record; what was
 * before is taken as counted.
 */
final class UsageParts {
    private static final Duration PRECISE = Duration.ofDays(2);

    /** A request may wait for the replica that then serves it. */
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    /** What brings forth tokens, as engines count them. */
    private static final Set<String> GENERATING = Set.of(
            InferenceRoute.CHAT_COMPLETIONS.path(), InferenceRoute.COMPLETIONS.path(), InferenceRoute.RESPONSES.path());

    private final SqlSession session;
    private final UsageProject project;
    private final String workloadSlug;

    UsageParts(SqlSession session, UsageProject project, String workloadSlug) {
        this.session = session;
        this.project = project;
        this.workloadSlug = workloadSlug;
    }

    MeteredUse between(Instant since, Instant readAt) {
        Instant precise =
                later(later(since, readAt.minus(PRECISE)), project.kept().recordsFrom());
        boolean whole = !precise.isAfter(since);
        MeteredUse recent = records(since, whole ? since.minus(LONGEST_WAIT) : precise, readAt);
        return whole ? recent : sums(since, precise).plus(recent);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private record Row(int kind, boolean reading, Part part) {}

    private MeteredUse records(Instant endedSince, Instant from, Instant readAt) {
        List<Row> rows = session.query("""
                        select case when r.at + r.duration_micros > :readAt then 2 when r.estimated = 1 then 1 else 0 end as kind,
                               s.route, count(*) as requests, coalesce(sum(r.input_tokens), 0) as input_tokens,
                               coalesce(sum(r.output_tokens), 0) as output_tokens, coalesce(sum(r.cached_tokens), 0) as cached_tokens
                          from usage_records r
                          join usage_series s on s.id = r.series
                         where r.project = :project and r.at >= :from and r.at + r.duration_micros >= :since
                           and s.workload_slug = :workload
                         group by kind, s.route
                        """)
                .bind("project", project.id())
                .bind("from", Columns.micros(from))
                .bind("since", Columns.micros(endedSince))
                .bind("readAt", Columns.micros(readAt))
                .bind("workload", workloadSlug)
                .map((row, context) -> row(row))
                .list();
        Part[] kinds = {Part.NONE, Part.NONE, Part.NONE};
        Part reading = Part.NONE;
        for (Row row : rows) {
            kinds[row.kind()] = kinds[row.kind()].plus(row.part());
            reading = row.kind() == 0 && row.reading() ? reading.plus(row.part()) : reading;
        }
        return new MeteredUse(kinds[0], reading, kinds[1], kinds[2]);
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getInt("kind"),
                !GENERATING.contains(row.getString("route")),
                new Part(
                        row.getLong("requests"),
                        row.getLong("input_tokens"),
                        row.getLong("output_tokens"),
                        row.getLong("cached_tokens")));
    }

    private MeteredUse sums(Instant from, Instant to) {
        Set<Long> reading = new HashSet<>(session.query("""
                        select id from usage_series where workload_slug = :workload and route not in (<generating>)
                        """)
                .bind("workload", workloadSlug)
                .bindList("generating", List.copyOf(GENERATING))
                .mapTo(Long.class)
                .list());
        List<Part> all = new ArrayList<>(List.of(Part.NONE));
        List<Part> read = new ArrayList<>(List.of(Part.NONE));
        UsageFilter filter = new UsageFilter(workloadSlug, null, null, null);
        new UsageReports(session, project)
                .forEachCount(UsagePlan.ofWhole(from, to, project.kept()), filter, false, count -> {
                    Part part =
                            new Part(count.requests(), count.inputTokens(), count.outputTokens(), count.cachedTokens());
                    all.set(0, all.getFirst().plus(part));
                    if (reading.contains(count.series())) {
                        read.set(0, read.getFirst().plus(part));
                    }
                });
        return new MeteredUse(all.getFirst(), read.getFirst(), Part.NONE, Part.NONE);
    }
}
