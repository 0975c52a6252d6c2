package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.SecretUse;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.ports.store.ApiKeyStore;
import dev.inferencekey.server.ports.store.Excerpt;
import dev.inferencekey.server.ports.store.KeyFilter;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

final class SqlApiKeys implements ApiKeyStore {
    private static final String SELECT = """
            select k.id, k.project_id, p.slug as project_slug, k.name, k.grants, k.state, k.expires_at, k.created_at,
                   k.created_by, k.requests_per_minute, k.tokens_per_minute, k.max_concurrent_requests, k.ordinal
              from api_keys k
              join projects p on p.id = k.project_id
            """;

    /** How many keys are looked at to find idle ones. */
    private static final int MOST_LOOKED_AT = 1_000;

    private final SqlSession session;
    private final SecretRows secrets;
    private final GrantRows grants;

    SqlApiKeys(SqlSession session) {
        this.session = session;
        this.secrets = new SecretRows(session, "api_key_secrets");
        this.grants = new GrantRows(session);
    }

    @Override
    public boolean insert(IssuedApiKey credential) {
        GrantRows.Place place = LimitColumns.bind(session.writing().createQuery("""
                        insert into api_keys (id, project_id, name, grants, state, expires_at, created_at, created_by,
                                              requests_per_minute, tokens_per_minute, max_concurrent_requests, ordinal)
                        values (:id, :projectId, :name, :grants, :state, :expiresAt, :createdAt, :createdBy,
                                :requestsPerMinute, :tokensPerMinute, :maxConcurrentRequests, :ordinal)
                        returning project_id, piece, state, name_key, ordinal, ends_at
                        """), credential.limits())
                .bind("id", credential.id())
                .bind("projectId", credential.projectId())
                .bind("name", credential.name())
                .bind("grants", GrantRows.text(credential.grants()))
                .bind("state", credential.state().wire())
                .bind("expiresAt", Columns.microsOrNull(credential.expiresAt()))
                .bind("createdAt", Columns.micros(credential.createdAt()))
                .bind("createdBy", credential.createdBy())
                .bind("ordinal", nextOrdinal(credential.projectId()))
                .map((row, context) -> GrantRows.Place.of(row))
                .one();
        if (!secrets.insert(credential.id(), credential.secrets())) {
            session.update("delete from api_keys where id = :id")
                    .bind("id", credential.id())
                    .execute();
            return false;
        }
        grants.insert(place, credential.grants());
        return true;
    }

    /**
     * Whoever mints a key of the project at the same time gets another number and waits for nobody. A key that is not made after all leaves a
     * gap.
     */
    private long nextOrdinal(String projectId) {
        return session.apart(handle -> handle.createQuery("""
                        insert into api_key_numbers (project_id, last)
                        values (:projectId,
                                (select coalesce(max(ordinal), 0) + 1 from api_keys where project_id = :projectId))
                            on conflict (project_id) do update set last = api_key_numbers.last + 1
                        returning last
                        """)
                .bind("projectId", projectId)
                .mapTo(Long.class)
                .one());
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
    public Page<IssuedApiKey> list(String projectId, KeyFilter filter, Instant now, PageRequest page) {
        List<Row> rows = filter.isAll() ? all(projectId, page) : found(projectId, filter, now, page);
        List<Row> piece = rows.subList(0, Math.min(page.limit(), rows.size()));
        String next = rows.size() > piece.size() ? Long.toString(piece.getLast().ordinal()) : null;
        return new Page<>(withSecrets(piece), next);
    }

    /** One more than the piece holds. */
    private List<Row> all(String projectId, PageRequest page) {
        return session.query(SELECT + """
                        where k.project_id = :projectId and k.ordinal < :before
                        order by k.ordinal desc
                        limit :limit
                        """)
                .bind("projectId", projectId)
                .bind("before", ApiKeySearch.before(page))
                .bind("limit", page.limit() + 1)
                .map((row, context) -> row(row))
                .list();
    }

    private List<Row> found(String projectId, KeyFilter filter, Instant now, PageRequest page) {
        ApiKeySearch search = new ApiKeySearch(session, projectId, filter, now);
        int limit = page.limit() + 1;
        long before = ApiKeySearch.before(page);
        List<Long> ordinals = search.inPieces(before, limit);
        Map<Long, Row> rows = new HashMap<>();
        if (!ordinals.isEmpty()) {
            session.query(SELECT + "where k.project_id = :projectId and k.ordinal in (<ordinals>)")
                    .bind("projectId", projectId)
                    .bindList("ordinals", ordinals)
                    .map((row, context) -> row(row))
                    .forEach(row -> rows.put(row.ordinal(), row));
        }
        List<String> named = search.ids();
        if (!named.isEmpty()) {
            List<Row> others = session.query(SELECT + "where k.id in (<ids>) and k.project_id = :projectId")
                    .bindList("ids", named)
                    .bind("projectId", projectId)
                    .map((row, context) -> row(row))
                    .list();
            Map<String, List<CredentialSecret>> byId =
                    secrets.of(others.stream().map(Row::id).toList());
            others.stream()
                    .filter(row -> row.ordinal() < before && filter.shows(row.with(byId), now))
                    .forEach(row -> rows.put(row.ordinal(), row));
        }
        return rows.values().stream()
                .sorted(Comparator.comparingLong(Row::ordinal).reversed())
                .limit(limit)
                .toList();
    }

    @Override
    public Excerpt<IssuedApiKey> expiring(
            String projectId, Instant from, Instant until, Instant madeBefore, int limit) {
        // The condition on the state is part of the index.
        return Excerpt.of(
                keys(session.query(SELECT + """
                                where k.project_id = :projectId and k.state = 'active' and k.expires_at is not null
                                  and k.expires_at > :from and k.expires_at <= :until
                                  and k.created_at < :madeBefore
                                order by k.expires_at
                                limit :limit
                                """)
                        .bind("projectId", projectId)
                        .bind("from", Columns.micros(from))
                        .bind("until", Columns.micros(until))
                        .bind("madeBefore", Columns.micros(madeBefore))
                        .bind("limit", limit + 1)),
                limit);
    }

    @Override
    public Excerpt<IssuedApiKey> idleWithEntireProject(String projectId, Instant now, Instant unusedSince, int limit) {
        Excerpt<Long> looked = grants.oldestOfEntireProject(projectId, now, MOST_LOOKED_AT);
        if (looked.items().isEmpty()) {
            return new Excerpt<>(List.of(), looked.more());
        }
        List<IssuedApiKey> idle = keys(session.query(SELECT + """
                        where k.project_id = :projectId and k.ordinal in (<ordinals>)
                          and not exists (select 1
                                            from api_key_secrets s
                                           where s.credential_id = k.id
                                             and (s.last_used_at >= :unusedSince or s.created_at >= :unusedSince))
                        order by k.ordinal
                        limit :limit
                        """)
                .bind("projectId", projectId)
                .bindList("ordinals", looked.items())
                .bind("unusedSince", Columns.micros(unusedSince))
                .bind("limit", limit + 1));
        Excerpt<IssuedApiKey> found = Excerpt.of(idle, limit);
        return new Excerpt<>(found.items(), found.more() || looked.more());
    }

    @Override
    public void forEachLive(Consumer<IssuedApiKey> action) {
        // One walk over both tables in the order of their keys; a key's secrets follow each other.
        LiveKeys keys = new LiveKeys(action);
        session.query("""
                        select k.id, k.project_id, p.slug as project_slug, k.name, k.grants, k.state, k.expires_at,
                               k.created_at, k.created_by, k.requests_per_minute, k.tokens_per_minute,
                               k.max_concurrent_requests, k.ordinal, s.public_id, s.sha256,
                               s.created_at as secret_created_at,
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
    public boolean update(String id, String name, Grants granted, @Nullable Instant expiresAt, Limits limits) {
        if (grants.delete(id) == null) {
            return false;
        }
        LimitColumns.bind(session.update("""
                        update api_keys
                           set name = :name, grants = :grants, expires_at = :expiresAt,
                               requests_per_minute = :requestsPerMinute,
                               tokens_per_minute = :tokensPerMinute,
                               max_concurrent_requests = :maxConcurrentRequests
                         where id = :id
                        """), limits)
                .bind("name", name)
                .bind("grants", GrantRows.text(granted))
                .bind("expiresAt", Columns.microsOrNull(expiresAt))
                .bind("id", id)
                .execute();
        grants.insert(id, granted);
        return true;
    }

    @Override
    public boolean setState(String id, CredentialState state) {
        Grants granted = grants.delete(id);
        if (granted == null) {
            return false;
        }
        session.update("update api_keys set state = :state where id = :id")
                .bind("state", state.wire())
                .bind("id", id)
                .execute();
        grants.insert(id, granted);
        return true;
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
        return withSecrets(query.map((row, context) -> row(row)).list());
    }

    private List<IssuedApiKey> withSecrets(List<Row> rows) {
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
                GrantRows.grants(row.getString("grants")),
                Columns.state(row),
                Columns.timeOrNull(row, "expires_at"),
                Columns.time(row, "created_at"),
                row.getString("created_by"),
                LimitColumns.limits(row),
                row.getLong("ordinal"));
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
            Limits limits,
            long ordinal) {
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
