package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.webhook.WebhookEvent;
import dev.inferencekey.server.ports.store.WebhookStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

final class SqlWebhooks implements WebhookStore {
    private final SqlSession session;

    SqlWebhooks(SqlSession session) {
        this.session = session;
    }

    @Override
    public void add(WebhookEvent event) {
        session.update("insert into webhook_events (id, type, at, data) values (:id, :type, :at, :data)")
                .bind("id", event.id())
                .bind("type", event.type())
                .bind("at", Columns.micros(event.at()))
                .bind("data", Columns.json(event.data()))
                .execute();
    }

    @Override
    public List<Waiting> due(Instant now, int limit) {
        return session.query("""
                        select id, type, at, data, attempts from webhook_events
                         where due_at <= :now
                         order by due_at, at, id
                         limit :limit
                        """)
                .bind("now", Columns.micros(now))
                .bind("limit", limit)
                .map((row, context) -> waiting(row))
                .list();
    }

    private static Waiting waiting(ResultSet row) throws SQLException {
        Map<String, @Nullable Object> data = Objects.requireNonNull(Columns.objectOrNull(row, "data"));
        return new Waiting(
                new WebhookEvent(row.getString("id"), row.getString("type"), Columns.time(row, "at"), data),
                row.getInt("attempts"));
    }

    @Override
    public void postpone(String id, Instant dueAt) {
        session.update("update webhook_events set due_at = :dueAt, attempts = attempts + 1 where id = :id")
                .bind("dueAt", Columns.micros(dueAt))
                .bind("id", id)
                .execute();
    }

    @Override
    public void remove(String id) {
        session.update("delete from webhook_events where id = :id")
                .bind("id", id)
                .execute();
    }

    @Override
    public int removeBefore(Instant at) {
        return session.update("delete from webhook_events where at < :at")
                .bind("at", Columns.micros(at))
                .execute();
    }
}
