package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.project.User;
import dev.inferencekey.server.domain.project.UserSession;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** People and their sign-ins. */
public interface UserStore {
    /** Returns false, and changes nothing, if the e-mail address is taken. */
    boolean insert(User user);

    Optional<User> find(String id);

    /** {@code email} in lower case. */
    Optional<User> findByEmail(String email);

    boolean hasTenantOwner();

    void setPasswordHash(String userId, String passwordHash);

    /** Makes the person an owner of the whole installation. */
    void makeTenantOwner(String userId);

    /** Returns false, and changes nothing, if the session's id is in use. */
    boolean insertSession(UserSession session);

    Optional<UserSession> findSession(String id);

    /** The person's sign-ins, newest first. */
    List<UserSession> sessionsOf(String userId);

    /** Notes that the session was used; one that has ended is ignored. */
    void sessionSeen(String id, Instant at);

    boolean deleteSession(String id);

    void deleteSessionsOf(String userId);

    /** Forgets sessions that expired before {@code now}. */
    void deleteSessionsExpiredBefore(Instant now);
}
