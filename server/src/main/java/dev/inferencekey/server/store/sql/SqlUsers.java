package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.domain.project.User;
import dev.inferencekey.server.domain.project.UserSession;
import dev.inferencekey.server.ports.store.UserStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

final class SqlUsers implements UserStore {
    private static final String SELECT = """
            select id, tenant_id, email, password_hash, tenant_owner, created_at
              from users
            """;

    private static final String SELECT_SESSION = """
            select id, user_id, secret_sha256, created_at, expires_at, from_address, user_agent, last_seen_at,
                   kind
              from user_sessions
            """;

    private final SqlSession session;

    SqlUsers(SqlSession session) {
        this.session = session;
    }

    @Override
    public boolean insert(User user) {
        return session.update("""
                                insert into users (id, tenant_id, email, password_hash, tenant_owner, created_at)
                                values (:id, :tenantId, :email, :passwordHash, :tenantOwner, :createdAt)
                                on conflict (email) do nothing
                                """)
                        .bind("id", user.id())
                        .bind("tenantId", user.tenantId())
                        .bind("email", user.email())
                        .bind("passwordHash", user.passwordHash())
                        .bind("tenantOwner", user.tenantOwner())
                        .bind("createdAt", Columns.micros(user.createdAt()))
                        .execute()
                > 0;
    }

    @Override
    public Optional<User> find(String id) {
        return session.query(SELECT + "where id = :id")
                .bind("id", id)
                .map((row, context) -> user(row))
                .findFirst();
    }

    @Override
    public Optional<User> findByEmail(String email) {
        return session.query(SELECT + "where email = :email")
                .bind("email", email)
                .map((row, context) -> user(row))
                .findFirst();
    }

    @Override
    public boolean hasTenantOwner() {
        return session.query("select exists (select 1 from users where tenant_owner = 1)")
                .mapTo(Boolean.class)
                .one();
    }

    @Override
    public void setPasswordHash(String userId, String passwordHash) {
        session.update("update users set password_hash = :passwordHash where id = :id")
                .bind("passwordHash", passwordHash)
                .bind("id", userId)
                .execute();
    }

    @Override
    public void makeTenantOwner(String userId) {
        session.update("update users set tenant_owner = 1 where id = :id")
                .bind("id", userId)
                .execute();
    }

    @Override
    public boolean insertSession(UserSession userSession) {
        return session.update("""
                                insert into user_sessions (id, user_id, secret_sha256, created_at, expires_at, from_address,
                                                           user_agent, last_seen_at, kind)
                                values (:id, :userId, :secret, :createdAt, :expiresAt, :from, :userAgent, :lastSeenAt,
                                        :kind)
                                on conflict (id) do nothing
                                """)
                        .bind("id", userSession.id())
                        .bind("userId", userSession.userId())
                        .bind("secret", userSession.secret().bytes())
                        .bind("createdAt", Columns.micros(userSession.createdAt()))
                        .bind("expiresAt", Columns.micros(userSession.expiresAt()))
                        .bind("from", userSession.from())
                        .bind("userAgent", userSession.userAgent())
                        .bind("lastSeenAt", Columns.micros(userSession.lastSeenAt()))
                        .bind("kind", userSession.kind().wire())
                        .execute()
                > 0;
    }

    @Override
    public Optional<UserSession> findSession(String id) {
        return session.query(SELECT_SESSION + "where id = :id")
                .bind("id", id)
                .map((row, context) -> userSession(row))
                .findFirst();
    }

    @Override
    public List<UserSession> sessionsOf(String userId) {
        return session
                .query(SELECT_SESSION + "where user_id = :userId")
                .bind("userId", userId)
                .map((row, context) -> userSession(row))
                .stream()
                .sorted(Comparator.comparing(UserSession::createdAt).reversed())
                .toList();
    }

    @Override
    public void sessionSeen(String id, Instant at) {
        session.update("update user_sessions set last_seen_at = :at where id = :id and last_seen_at < :at")
                .bind("at", Columns.micros(at))
                .bind("id", id)
                .execute();
    }

    @Override
    public boolean deleteSession(String id) {
        return session.update("delete from user_sessions where id = :id")
                        .bind("id", id)
                        .execute()
                > 0;
    }

    @Override
    public void deleteSessionsOf(String userId) {
        session.update("delete from user_sessions where user_id = :userId")
                .bind("userId", userId)
                .execute();
    }

    @Override
    public boolean endHijackedSession(String id) {
        session.update("""
                        insert into hijacked_sessions (id, secret_sha256, expires_at)
                        select id, secret_sha256, expires_at from user_sessions where id = :id
                            on conflict (id) do nothing
                        """).bind("id", id).execute();
        return deleteSession(id);
    }

    @Override
    public Optional<SecretDigest> hijackedSession(String id) {
        return session.query("select secret_sha256 from hijacked_sessions where id = :id")
                .bind("id", id)
                .map((row, context) -> SecretDigest.of(row.getBytes("secret_sha256")))
                .findFirst();
    }

    @Override
    public void deleteSessionsExpiredBefore(Instant now) {
        session.update("delete from hijacked_sessions where expires_at < :now")
                .bind("now", Columns.micros(now))
                .execute();
        session.update("delete from user_sessions where expires_at < :now")
                .bind("now", Columns.micros(now))
                .execute();
    }

    private static User user(ResultSet row) throws SQLException {
        return new User(
                row.getString("id"),
                row.getString("tenant_id"),
                row.getString("email"),
                Columns.textOrNull(row, "password_hash"),
                row.getBoolean("tenant_owner"),
                Columns.time(row, "created_at"));
    }

    private static UserSession userSession(ResultSet row) throws SQLException {
        return new UserSession(
                row.getString("id"),
                row.getString("user_id"),
                SecretDigest.of(row.getBytes("secret_sha256")),
                Columns.time(row, "created_at"),
                Columns.time(row, "expires_at"),
                row.getString("from_address"),
                row.getString("user_agent"),
                Columns.time(row, "last_seen_at"),
                UserSession.Kind.fromWire(row.getString("kind")).orElseThrow());
    }
}
