package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.credential.SecretDigest;
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

    /** Notes that the session was used; one that has ended is ignored, and so is an earlier time than is known. */
    void sessionSeen(String id, Instant at);

    boolean deleteSession(String id);

    void deleteSessionsOf(String userId);

    /** Ends a session that turned up where it does not belong, and remembers it until it would have expired; false if it had ended. */
    boolean endHijackedSession(String id);

    /** The digest of the secret half of a session that was ended so. */
    Optional<SecretDigest> hijackedSession(String id);

    /** Forgets sessions that expired before {@code now}. */
    void deleteSessionsExpiredBefore(Instant now);
}
