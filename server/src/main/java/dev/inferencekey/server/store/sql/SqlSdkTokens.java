package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.IssuedSdkToken;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.credential.SecretUse;
import dev.inferencekey.server.ports.store.Excerpt;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.SdkTokenStore;
import dev.inferencekey.server.ports.store.TokenFilter;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

final class SqlSdkTokens implements SdkTokenStore {
    private static final String SELECT = """
            select t.id, t.project_id, p.slug as project_slug, t.name, t.scopes, t.state, t.expires_at, t.created_at,
                   t.created_by
              from sdk_tokens t
              join projects p on p.id = t.project_id
            """;

    private final SqlSession session;
    private final SecretRows secrets;

    SqlSdkTokens(SqlSession session) {
        this.session = session;
        this.secrets = new SecretRows(session, "sdk_token_secrets");
    }

    @Override
    public boolean insert(IssuedSdkToken credential) {
        session.update("""
                        insert into sdk_tokens (id, project_id, name, scopes, state, expires_at, created_at, created_by)
                        values (:id, :projectId, :name, :scopes, :state, :expiresAt, :createdAt, :createdBy)
                        """)
                .bind("id", credential.id())
                .bind("projectId", credential.projectId())
                .bind("name", credential.name())
                .bind("scopes", scopeTexts(credential.scopes()))
                .bind("state", credential.state().wire())
                .bind("expiresAt", Columns.microsOrNull(credential.expiresAt()))
                .bind("createdAt", Columns.micros(credential.createdAt()))
                .bind("createdBy", credential.createdBy())
                .execute();
        if (!secrets.insert(credential.id(), credential.secrets())) {
            session.update("delete from sdk_tokens where id = :id")
                    .bind("id", credential.id())
                    .execute();
            return false;
        }
        return true;
    }

    @Override
    public Optional<IssuedSdkToken> find(String id) {
        return tokens(session.query(SELECT + "where t.id = :id").bind("id", id)).stream()
                .findFirst();
    }

    @Override
    public Optional<IssuedSdkToken> findByPublicId(String publicId) {
        return secrets.ownerOf(publicId).flatMap(this::find);
    }

    @Override
    public Page<IssuedSdkToken> list(String projectId, TokenFilter filter, Instant now, PageRequest page) {
        String after = page.after();
        List<IssuedSdkToken> rows = new ArrayList<>();
        // Piece by piece, since the filter is asked here and not in SQL.
        while (rows.size() <= page.limit()) {
            PageRequest next = new PageRequest(page.limit(), after);
            List<IssuedSdkToken> piece =
                    tokens(KeySet.descending(session.query(SELECT + """
                                where t.project_id = :projectId and t.id < :after
                                order by t.id desc
                                limit :limit
                                """), next).bind("projectId", projectId));
            piece.stream().filter(token -> filter.shows(token, now)).forEach(rows::add);
            if (piece.size() <= page.limit()) {
                break;
            }
            after = piece.getLast().id();
        }
        return KeySet.page(rows, page, IssuedSdkToken::id);
    }

    @Override
    public Excerpt<IssuedSdkToken> expiring(
            String projectId, Instant from, Instant until, Instant madeBefore, int limit) {
        return Excerpt.of(
                tokens(session.query(SELECT + """
                                where t.project_id = :projectId and t.state = 'active'
                                  and t.expires_at > :from and t.expires_at <= :until
                                  and t.created_at < :madeBefore
                                order by t.expires_at
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
    public boolean setState(String id, CredentialState state) {
        return session.update("update sdk_tokens set state = :state where id = :id")
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

    private List<IssuedSdkToken> tokens(Query query) {
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
                scopes(row.getString("scopes")),
                Columns.state(row),
                Columns.timeOrNull(row, "expires_at"),
                Columns.time(row, "created_at"),
                row.getString("created_by"));
    }

    private static String scopeTexts(Set<Scope> scopes) {
        return scopes.stream().sorted().map(Scope::wire).collect(Collectors.joining(" "));
    }

    private static Set<Scope> scopes(String texts) {
        return texts.isEmpty()
                ? Set.of()
                : Arrays.stream(texts.split(" "))
                        .map(text -> Scope.fromWire(text).orElseThrow())
                        .collect(Collectors.toSet());
    }

    /** A token before its secrets were read. */
    private record Row(
            String id,
            String projectId,
            String projectSlug,
            String name,
            Set<Scope> scopes,
            CredentialState state,
            @Nullable Instant expiresAt,
            Instant createdAt,
            String createdBy) {
        IssuedSdkToken with(Map<String, List<CredentialSecret>> secrets) {
            return new IssuedSdkToken(
                    id,
                    projectId,
                    projectSlug,
                    name,
                    scopes,
                    state,
                    expiresAt,
                    createdAt,
                    createdBy,
                    secrets.getOrDefault(id, List.of()));
        }
    }
}
