package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.ports.store.AuditStore;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

final class SqliteAudit implements AuditStore {
    private final SqliteSession session;

    SqliteAudit(SqliteSession session) {
        this.session = session;
    }

    @Override
    public void append(AuditEvent event) {
        session.update("""
                        insert into audit_events (id, at, actor, action, project_slug, target, from_address, details)
                        values (:id, :at, :actor, :action, :projectSlug, :target, :from, :details)
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
    public Page<AuditEvent> list(@Nullable String projectSlug, @Nullable String action, PageRequest page) {
        // Conditions that are not asked for are left out, so that an index fits what remains.
        StringBuilder sql = new StringBuilder("""
                select id, at, actor, action, project_slug, target, from_address, details
                  from audit_events
                 where id < :after
                """);
        if (projectSlug != null) {
            sql.append(" and project_slug = :projectSlug");
        }
        if (action != null) {
            sql.append(" and noun = :noun and substr(action, 1, :length) = :action");
        }
        sql.append(" order by id desc limit :limit");
        Query query = KeySet.descending(session.query(sql.toString()), page);
        if (projectSlug != null) {
            query.bind("projectSlug", projectSlug);
        }
        if (action != null) {
            boolean prefix = action.endsWith(".");
            query.bind("noun", action.substring(0, action.indexOf('.') + 1))
                    .bind("length", prefix ? action.length() : Integer.MAX_VALUE)
                    .bind("action", action);
        }
        List<AuditEvent> rows = query.map((row, context) -> event(row)).list();
        return KeySet.page(rows, page, AuditEvent::id);
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
