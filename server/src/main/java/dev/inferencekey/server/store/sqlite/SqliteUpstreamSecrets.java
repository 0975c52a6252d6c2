package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

final class SqliteUpstreamSecrets implements UpstreamSecretStore {
    private final SqliteSession session;

    SqliteUpstreamSecrets(SqliteSession session) {
        this.session = session;
    }

    @Override
    public void put(String projectId, String name, byte[] sealed, Instant at) {
        session.update("""
                        insert into upstream_secrets (project_id, name, sealed, updated_at)
                        values (:projectId, :name, :sealed, :at)
                        on conflict (project_id, name) do update
                           set sealed = excluded.sealed, updated_at = excluded.updated_at
                        """)
                .bind("projectId", projectId)
                .bind("name", name)
                .bind("sealed", sealed)
                .bind("at", Columns.micros(at))
                .execute();
    }

    @Override
    public Optional<byte[]> find(String projectId, String name) {
        return session.query("select sealed from upstream_secrets where project_id = :projectId and name = :name")
                .bind("projectId", projectId)
                .bind("name", name)
                .map((row, context) -> row.getBytes("sealed"))
                .findFirst();
    }

    @Override
    public List<Entry> list(String projectId) {
        return session.query("""
                        select project_id, name, updated_at
                          from upstream_secrets
                         where project_id = :projectId
                         order by name
                        """)
                .bind("projectId", projectId)
                .map((row, context) ->
                        new Entry(row.getString("project_id"), row.getString("name"), Columns.time(row, "updated_at")))
                .list();
    }

    @Override
    public boolean delete(String projectId, String name) {
        return session.update("delete from upstream_secrets where project_id = :projectId and name = :name")
                        .bind("projectId", projectId)
                        .bind("name", name)
                        .execute()
                > 0;
    }
}
