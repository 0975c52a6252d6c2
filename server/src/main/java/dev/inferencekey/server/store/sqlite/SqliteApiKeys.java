package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.SecretUse;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.ports.store.ApiKeyStore;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

final class SqliteApiKeys implements ApiKeyStore {
    private static final String SELECT = """
            select k.id, k.project_id, p.slug as project_slug, k.name, k.grants, k.state, k.expires_at, k.created_at,
                   k.created_by, k.requests_per_minute, k.tokens_per_minute, k.max_concurrent_requests
              from api_keys k
              join projects p on p.id = k.project_id
            """;

    private static final String ENTIRE_PROJECT = "*";

    private final SqliteSession session;
    private final SecretRows secrets;

    SqliteApiKeys(SqliteSession session) {
        this.session = session;
        this.secrets = new SecretRows(session, "api_key_secrets");
    }

    @Override
    public boolean insert(IssuedApiKey credential) {
        if (secrets.anyInUse(credential.secrets())) {
            return false;
        }
        LimitColumns.bind(session.update("""
                        insert into api_keys (id, project_id, name, grants, state, expires_at, created_at, created_by,
                                              requests_per_minute, tokens_per_minute, max_concurrent_requests)
                        values (:id, :projectId, :name, :grants, :state, :expiresAt, :createdAt, :createdBy,
                                :requestsPerMinute, :tokensPerMinute, :maxConcurrentRequests)
                        """), credential.limits())
                .bind("id", credential.id())
                .bind("projectId", credential.projectId())
                .bind("name", credential.name())
                .bind("grants", grantTexts(credential.grants()))
                .bind("state", credential.state().wire())
                .bind("expiresAt", Columns.microsOrNull(credential.expiresAt()))
                .bind("createdAt", Columns.micros(credential.createdAt()))
                .bind("createdBy", credential.createdBy())
                .execute();
        secrets.insert(credential.id(), credential.secrets());
        return true;
    }

    @Override
    public Optional<IssuedApiKey> find(String id) {
        return keys(session.query(SELECT + "where k.id = :id").bind("id", id)).stream()
                .findFirst();
    }

    @Override
    public Optional<IssuedApiKey> findByPublicId(String publicId) {
        return secrets.ownerOf(publicId).flatMap(this::find);
    }

    @Override
    public Page<IssuedApiKey> list(String projectId, PageRequest page) {
        List<IssuedApiKey> rows =
                keys(KeySet.descending(session.query(SELECT + """
                                where k.project_id = :projectId and k.id < :after
                                order by k.id desc
                                limit :limit
                                """), page).bind("projectId", projectId));
        return KeySet.page(rows, page, IssuedApiKey::id);
    }

    @Override
    public void forEachLive(Consumer<IssuedApiKey> action) {
        // One walk over both tables in the order of their keys; a key's secrets follow each other.
        LiveKeys keys = new LiveKeys(action);
        session.query("""
                        select k.id, k.project_id, p.slug as project_slug, k.name, k.grants, k.state, k.expires_at,
                               k.created_at, k.created_by, k.requests_per_minute, k.tokens_per_minute,
                               k.max_concurrent_requests, s.public_id, s.sha256, s.created_at as secret_created_at,
                               s.not_after, s.last_used_at, s.last_used_from
                          from api_keys k
                          join projects p on p.id = k.project_id
                          join api_key_secrets s on s.credential_id = k.id
                         where k.state <> :revoked
                         order by k.id, s.generation desc
                        """).bind("revoked", CredentialState.REVOKED.wire()).scanResultSet((rows, context) -> {
            keys.feed(rows.get());
            return true;
        });
    }

    @Override
    public boolean update(String id, String name, Grants grants, @Nullable Instant expiresAt, Limits limits) {
        return LimitColumns.bind(session.update("""
                                update api_keys
                                   set name = :name, grants = :grants, expires_at = :expiresAt,
                                       requests_per_minute = :requestsPerMinute,
                                       tokens_per_minute = :tokensPerMinute,
                                       max_concurrent_requests = :maxConcurrentRequests
                                 where id = :id
                                """), limits)
                        .bind("name", name)
                        .bind("grants", grantTexts(grants))
                        .bind("expiresAt", Columns.microsOrNull(expiresAt))
                        .bind("id", id)
                        .execute()
                > 0;
    }

    @Override
    public boolean setState(String id, CredentialState state) {
        return session.update("update api_keys set state = :state where id = :id")
                        .bind("state", state.wire())
                        .bind("id", id)
                        .execute()
                > 0;
    }

    @Override
    public boolean rotate(String id, CredentialSecret fresh, Instant oldNotAfter) {
        return secrets.rotate(id, fresh, oldNotAfter);
    }

    @Override
    public void endOverlap(String id, Instant at) {
        secrets.endOverlap(id, at);
    }

    @Override
    public void recordUses(List<SecretUse> uses) {
        secrets.recordUses(uses);
    }

    private List<IssuedApiKey> keys(Query query) {
        List<Row> rows = query.map((row, context) -> row(row)).list();
        Map<String, List<CredentialSecret>> byId =
                secrets.of(rows.stream().map(Row::id).toList());
        return rows.stream().map(row -> row.with(byId)).toList();
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getString("id"),
                row.getString("project_id"),
                row.getString("project_slug"),
                row.getString("name"),
                grants(row.getString("grants")),
                Columns.state(row),
                Columns.timeOrNull(row, "expires_at"),
                Columns.time(row, "created_at"),
                row.getString("created_by"),
                LimitColumns.limits(row));
    }

    /** Slugs hold no spaces and no stars. */
    private static String grantTexts(Grants grants) {
        return grants.entireProject() ? ENTIRE_PROJECT : String.join(" ", new TreeSet<>(grants.workloadSlugs()));
    }

    private static Grants grants(String texts) {
        return texts.equals(ENTIRE_PROJECT) ? Grants.ofEntireProject() : Grants.ofWorkloads(Set.of(texts.split(" ")));
    }

    /** A key before its secrets were read. */
    private record Row(
            String id,
            String projectId,
            String projectSlug,
            String name,
            Grants grants,
            CredentialState state,
            @Nullable Instant expiresAt,
            Instant createdAt,
            String createdBy,
            Limits limits) {
        IssuedApiKey with(Map<String, List<CredentialSecret>> secrets) {
            return new IssuedApiKey(
                    id,
                    projectId,
                    projectSlug,
                    name,
                    grants,
                    state,
                    expiresAt,
                    limits,
                    createdAt,
                    createdBy,
                    secrets.getOrDefault(id, List.of()));
        }
    }

    /** Puts rows of keys with their secrets together, one key after the other. */
    private record LiveKeys(Consumer<IssuedApiKey> action) {
        void feed(ResultSet rows) throws SQLException {
            Row key = null;
            List<CredentialSecret> secrets = new ArrayList<>(2);
            while (rows.next()) {
                String id = rows.getString("id");
                if (key == null || !key.id().equals(id)) {
                    emit(key, secrets);
                    key = row(rows);
                    secrets.clear();
                }
                secrets.add(SecretRows.secret(rows, "secret_created_at"));
            }
            emit(key, secrets);
        }

        private void emit(@Nullable Row key, List<CredentialSecret> secrets) {
            if (key != null) {
                action.accept(key.with(Map.of(key.id(), secrets)));
            }
        }
    }
}
