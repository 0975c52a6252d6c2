package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.usage.UsagePlan;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

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

    /** What the name of a deleted project begins with; no slug holds a colon. */
    private static final String DELETED = "deleted:";

    /** How {@link #named} knows a row of {@code usage_projects u left join projects p}: by its slug while it is there. */
    static final String NAME = "coalesce(p.slug, '" + DELETED + "' || u.id)";

    /** The project that has this slug now, empty if it was never used. */
    static Optional<UsageProject> find(SqlSession session, String slug) {
        return read(session.query("""
                        select u.id, u.rolled_until, u.records_from
                          from projects p
                          join usage_projects u on u.project_id = p.id
                         where p.slug = :slug
                        """).bind("slug", slug));
    }

    /** The project with this name, deleted or not. */
    static Optional<UsageProject> named(SqlSession session, String name) {
        return name.startsWith(DELETED)
                ? read(session.query("select id, rolled_until, records_from from usage_projects where id = :id")
                        .bind("id", Long.parseLong(name.substring(DELETED.length()))))
                : find(session, name);
    }

    /** These, by number. */
    static Map<Long, UsageProject> numbered(Handle handle, List<Long> ids) {
        return ids.isEmpty()
                ? Map.of()
                : handle
                        .createQuery("select id, rolled_until, records_from from usage_projects where id in (<ids>)")
                        .bindList("ids", ids)
                        .map((row, context) -> project(row))
                        .stream()
                        .collect(Collectors.toMap(UsageProject::id, Function.identity()));
    }

    private static Optional<UsageProject> read(Query query) {
        return query.map((row, context) -> project(row)).findOne();
    }

    private static UsageProject project(ResultSet row) throws SQLException {
        return new UsageProject(row.getLong("id"), row.getLong("rolled_until"), row.getLong("records_from"));
    }

    UsagePlan.Kept kept() {
        return new UsagePlan.Kept(
                Instant.ofEpochSecond(rolledUntil / MICROS_PER_SECOND),
                Instant.ofEpochSecond(recordsFrom / MICROS_PER_SECOND));
    }
}
