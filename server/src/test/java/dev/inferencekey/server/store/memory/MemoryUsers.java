package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.project.User;
import dev.inferencekey.server.domain.project.UserSession;
import dev.inferencekey.server.ports.store.UserStore;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

final class MemoryUsers implements UserStore {
    private final MemorySession session;

    MemoryUsers(MemorySession session) {
        this.session = session;
    }

    @Override
    public boolean insert(User user) {
        MemoryState state = session.writing();
        MemorySession.require(state.tenants.containsKey(user.tenantId()), "tenant");
        if (findByEmail(user.email()).isPresent()) {
            return false;
        }
        state.users.put(user.id(), user);
        return true;
    }

    @Override
    public Optional<User> find(String id) {
        return Optional.ofNullable(session.reading().users.get(id));
    }

    @Override
    public Optional<User> findByEmail(String email) {
        return session.reading().users.values().stream()
                .filter(user -> user.email().equals(email))
                .findFirst();
    }

    @Override
    public boolean hasTenantOwner() {
        return session.reading().users.values().stream().anyMatch(User::tenantOwner);
    }

    @Override
    public void setPasswordHash(String userId, String passwordHash) {
        session.writing()
                .users
                .computeIfPresent(
                        userId,
                        (id, user) -> new User(
                                id, user.tenantId(), user.email(), passwordHash, user.tenantOwner(), user.createdAt()));
    }

    @Override
    public void makeTenantOwner(String userId) {
        session.writing()
                .users
                .computeIfPresent(
                        userId,
                        (id, user) -> new User(
                                id, user.tenantId(), user.email(), user.passwordHash(), true, user.createdAt()));
    }

    @Override
    public boolean insertSession(UserSession userSession) {
        MemoryState state = session.writing();
        MemorySession.require(state.users.containsKey(userSession.userId()), "user");
        return state.sessions.putIfAbsent(userSession.id(), userSession) == null;
    }

    @Override
    public Optional<UserSession> findSession(String id) {
        return Optional.ofNullable(session.reading().sessions.get(id));
    }

    @Override
    public List<UserSession> sessionsOf(String userId) {
        return session.reading().sessions.values().stream()
                .filter(userSession -> userSession.userId().equals(userId))
                .sorted(Comparator.comparing(UserSession::createdAt).reversed())
                .toList();
    }

    @Override
    public void sessionSeen(String id, Instant at) {
        session.writing()
                .sessions
                .computeIfPresent(
                        id,
                        (same, seen) -> new UserSession(
                                same,
                                seen.userId(),
                                seen.secret(),
                                seen.createdAt(),
                                seen.expiresAt(),
                                seen.from(),
                                seen.userAgent(),
                                at,
                                seen.kind()));
    }

    @Override
    public boolean deleteSession(String id) {
        return session.writing().sessions.remove(id) != null;
    }

    @Override
    public void deleteSessionsOf(String userId) {
        session.writing()
                .sessions
                .values()
                .removeIf(userSession -> userSession.userId().equals(userId));
    }

    @Override
    public void deleteSessionsExpiredBefore(Instant now) {
        session.writing()
                .sessions
                .values()
                .removeIf(userSession -> userSession.expiresAt().isBefore(now));
    }
}
