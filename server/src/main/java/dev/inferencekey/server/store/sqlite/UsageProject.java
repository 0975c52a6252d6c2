package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.domain.usage.UsagePlan;
import java.time.Instant;
import java.util.Optional;

/**
 * How far the sums of one project are; see {@link UsagePlan.Kept}.
 *
 * @param id the project's number in usage tables
 * @param rolledUntil microseconds since 1970
 * @param recordsFrom microseconds since 1970
 */
record UsageProject(long id, long rolledUntil, long recordsFrom) {
    /** Stands for a project without usage; no project has this number. */
    static final UsageProject NEVER_USED = new UsageProject(0, 0, 0);

    private static final long MICROS_PER_SECOND = 1_000_000;

    /** The project, empty if it was never used. */
    static Optional<UsageProject> find(SqliteSession session, String slug) {
        return session.query("""
                        select id, rolled_until, records_from from usage_projects where slug = :slug
                        """)
                .bind("slug", slug)
                .map((row, context) ->
                        new UsageProject(row.getLong("id"), row.getLong("rolled_until"), row.getLong("records_from")))
                .findOne();
    }

    UsagePlan.Kept kept() {
        return new UsagePlan.Kept(
                Instant.ofEpochSecond(rolledUntil / MICROS_PER_SECOND),
                Instant.ofEpochSecond(recordsFrom / MICROS_PER_SECOND));
    }
}
