package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

final class SqlUpstreamSecrets implements UpstreamSecretStore {
    private final SqlSession session;

    SqlUpstreamSecrets(SqlSession session) {
        this.session = session;
    }

    @Override
    public void put(String projectId, String name, SecretBinding binding, byte[] sealed, Instant at) {
        session.update("""
                        insert into upstream_secrets (project_id, name, hosts, engines, sealed, created_at, updated_at)
                        values (:projectId, :name, :hosts, :engines, :sealed, :at, :at)
                        on conflict (project_id, name) do update
                           set hosts = excluded.hosts, engines = excluded.engines, sealed = excluded.sealed,
                               updated_at = excluded.updated_at
                        """)
                .bind("projectId", projectId)
                .bind("name", name)
                .bind("hosts", binding.hostsText())
                .bind("engines", binding.engines())
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
    public Optional<Entry> entry(String projectId, String name) {
        return session.query("""
                        select project_id, name, hosts, engines, created_at, updated_at
                          from upstream_secrets
                         where project_id = :projectId and name = :name
                        """)
                .bind("projectId", projectId)
                .bind("name", name)
                .map((row, context) -> entry(row))
                .findFirst();
    }

    @Override
    public List<Entry> list(String projectId) {
        return session.query("""
                        select project_id, name, hosts, engines, created_at, updated_at
                          from upstream_secrets
                         where project_id = :projectId
                         order by name
                        """)
                .bind("projectId", projectId)
                .map((row, context) -> entry(row))
                .list();
    }

    private static Entry entry(ResultSet row) throws SQLException {
        return new Entry(
                row.getString("project_id"),
                row.getString("name"),
                SecretBinding.ofText(row.getString("hosts"), row.getBoolean("engines")),
                Columns.time(row, "created_at"),
                Columns.time(row, "updated_at"));
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
