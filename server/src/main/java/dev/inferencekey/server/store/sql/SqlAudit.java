package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.audit.AuditFilter;
import dev.inferencekey.server.ports.store.AuditStore;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

final class SqlAudit implements AuditStore {
    private static final int MOST_ACTORS = 50;
    private static final Comparator<AuditEvent> NEWEST_FIRST =
            Comparator.comparing(AuditEvent::at).thenComparing(AuditEvent::id).reversed();

    /** Of the project that has the slug now, not of one that had it before. */
    private static final String IN_PROJECT = "project_id = (select id from projects where slug = :projectSlug)";

    private final SqlSession session;

    SqlAudit(SqlSession session) {
        this.session = session;
    }

    @Override
    public void append(AuditEvent event) {
        session.update("""
                        insert into audit_events (id, at, actor, action, project_slug, project_id, target, from_address,
                                                  details)
                        values (:id, :at, :actor, :action, :projectSlug,
                                (select id from projects where slug = :projectSlug), :target, :from, :details)
                        """)
                .bind("id", event.id())
                .bind("at", Columns.micros(event.at()))
                .bind("actor", event.actor())
                .bind("action", event.action())
                .bind("projectSlug", event.projectSlug())
                .bind("target", event.target())
                .bind("from", event.from())
                .bind("details", Columns.json(event.details()))
                .execute();
    }

    @Override
    public Page<AuditEvent> list(AuditFilter filter, PageRequest page) {
        TimeCursor after = TimeCursor.of(page);
        String prefix = filter.actorPrefix();
        List<AuditEvent> rows = prefix == null
                ? events(filter, after, page.limit() + 1)
                : eventsByPrefix(filter, prefix, after, page.limit() + 1);
        return KeySet.page(
                rows, page, event -> TimeCursor.of(event.at(), event.id()).text());
    }

    /** One list for each actor, each found by its index; if there are many such actors, going through all events finds enough soon. */
    private List<AuditEvent> eventsByPrefix(AuditFilter filter, String prefix, TimeCursor after, int limit) {
        List<String> actors = actors(filter.projectSlug(), prefix);
        if (actors.size() > MOST_ACTORS) {
            return events(filter, after, limit);
        }
        List<AuditEvent> events = new ArrayList<>();
        actors.forEach(actor -> events.addAll(events(filter, actor, after, limit)));
        return events.stream().sorted(NEWEST_FIRST).limit(limit).toList();
    }

    /** Actors that begin with this, one more than {@link #MOST_ACTORS} at most. */
    private List<String> actors(@Nullable String projectSlug, String prefix) {
        String project = projectSlug == null ? "" : " and " + IN_PROJECT;
        List<String> actors = new ArrayList<>();
        String condition = "actor >= :from";
        String from = prefix;
        while (actors.size() <= MOST_ACTORS) {
            Query query = session.query(
                            "select actor from audit_events where " + condition + project + " order by actor limit 1")
                    .bind("from", from);
            if (projectSlug != null) {
                query.bind("projectSlug", projectSlug);
            }
            String next = query.mapTo(String.class).findOne().orElse(null);
            if (next == null || !next.startsWith(prefix)) {
                break;
            }
            actors.add(next);
            condition = "actor > :from";
            from = next;
        }
        return actors;
    }

    private List<AuditEvent> events(AuditFilter filter, TimeCursor after, int limit) {
        return events(filter, filter.actor(), after, limit);
    }

    private List<AuditEvent> events(AuditFilter filter, @Nullable String actor, TimeCursor after, int limit) {
        // Conditions that are not asked for are left out, so that an index fits what remains.
        StringBuilder sql = new StringBuilder("""
                select id, at, actor, action, project_slug, target, from_address, details
                  from audit_events
                 where (at, id) < (:afterAt, :afterId)
                """);
        Map<String, Object> values = new HashMap<>();
        String prefix = actor == null ? null : filter.withActor(actor).actorPrefix();
        if (prefix != null) {
            condition(sql, values, "substr(actor, 1, :prefixLength) = :actor", "actor", prefix);
            values.put("prefixLength", prefix.length());
        } else {
            condition(sql, values, "actor = :actor", "actor", actor);
        }
        condition(sql, values, IN_PROJECT, "projectSlug", filter.projectSlug());
        condition(sql, values, "target = :target", "target", filter.target());
        condition(sql, values, "from_address = :address", "address", filter.address());
        condition(sql, values, "at >= :from", "from", Columns.microsOrNull(filter.from()));
        condition(sql, values, "at < :to", "to", Columns.microsOrNull(filter.to()));
        String action = filter.action();
        if (action != null) {
            sql.append(" and noun = :noun and substr(action, 1, :length) = :action");
            values.put("noun", action.substring(0, action.indexOf('.') + 1));
            values.put("length", action.endsWith(".") ? action.length() : Integer.MAX_VALUE);
            values.put("action", action);
        }
        return session.query(
                        sql.append(" order by at desc, id desc limit :limit").toString())
                .bindMap(values)
                .bind("afterAt", after.at())
                .bind("afterId", after.id())
                .bind("limit", limit)
                .map((row, context) -> event(row))
                .list();
    }

    private static void condition(
            StringBuilder sql, Map<String, Object> values, String condition, String name, @Nullable Object value) {
        if (value != null) {
            sql.append(" and ").append(condition);
            values.put(name, value);
        }
    }

    private static AuditEvent event(ResultSet row) throws SQLException {
        return new AuditEvent(
                row.getString("id"),
                Columns.time(row, "at"),
                row.getString("actor"),
                row.getString("action"),
                Columns.textOrNull(row, "project_slug"),
                Columns.textOrNull(row, "target"),
                row.getString("from_address"),
                Columns.texts(row, "details"));
    }
}
