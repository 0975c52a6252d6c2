package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.ports.store.InstallationStore;
import dev.inferencekey.server.ports.store.SignOnStore;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

final class SqlInstallation implements InstallationStore {
    private final SqlSession session;

    SqlInstallation(SqlSession session) {
        this.session = session;
    }

    @Override
    public Optional<byte[]> masterKeyCheck() {
        return session.query("select sealed from master_key_check")
                .map((row, context) -> row.getBytes("sealed"))
                .findFirst();
    }

    @Override
    public void setMasterKeyCheck(byte[] sealed) {
        session.update("""
                        insert into master_key_check (id, sealed) values (1, :sealed)
                        on conflict (id) do update set sealed = excluded.sealed
                        """).bind("sealed", sealed).execute();
    }

    @Override
    public List<Sealed> sealedSecrets() {
        List<Sealed> all = new ArrayList<>(session.query("""
                        select p.slug || '/' || s.name as name, s.project_id, s.name as own_name, s.sealed
                          from upstream_secrets s
                          join projects p on p.id = s.project_id
                         order by p.slug, s.name
                        """)
                .map((row, context) -> new Sealed(
                        row.getString("name"),
                        UpstreamSecretStore.sealContext(row.getString("project_id"), row.getString("own_name")),
                        row.getBytes("sealed")))
                .list());
        all.addAll(session.query("select tenant_id, sealed_secret from sign_on_providers order by tenant_id")
                .map((row, context) -> new Sealed(
                        SignOnStore.SECRET_NAME,
                        SignOnStore.sealContext(row.getString("tenant_id")),
                        row.getBytes("sealed_secret")))
                .list());
        return List.copyOf(all);
    }
}
