package dev.inferencekey.server.manager.access;

import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.project.UserSession;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends sign-ins that turned up in another browser than the one they began in, or in another way than they were made for (a browser's as a
 * program's, or a program's as a browser's), and remembers which they were, so that people are told why they have to sign in again,
 * whichever of the two is theirs, and whichever node they ask. Thread-safe.
 *
 * <p>Only who shows the whole credential is told, and until the sign-in would have ended by itself.
 */
public final class HijackedSessions {
    private static final Logger LOG = LoggerFactory.getLogger(HijackedSessions.class);

    private final Store store;
    private final AuditTrail audit;

    public HijackedSessions(Store store, AuditTrail audit) {
        this.store = store;
        this.audit = audit;
    }

    /**
     * Ends the session, and notes it once: of requests that come at the same time, the first does.
     *
     * @param email whose session it is
     * @param from the address of the other browser or program
     * @return false if the store can't be written now: the session goes on, and the next request tries again
     */
    boolean end(UserSession session, String email, String from) {
        // Who showed it is not known: that is the point.
        Requester somebody = new Requester(new Caller.Anonymous(), from);
        try {
            store.<Boolean>writeUrgently(writing -> {
                if (writing.users().endHijackedSession(session.id())) {
                    Map<String, String> details = Map.of("email", email, "reason", "other_browser");
                    audit.note(writing, somebody, AuditAction.SESSION_REFUSED, null, session.id(), details);
                }
                return true;
            });
        } catch (StoreUnavailableException e) {
            LOG.warn("session in another browser not ended", e);
            return false;
        }
        return true;
    }

    /** Whether this is a session that was ended because of another browser. */
    public boolean wasEnded(SessionCredential credential) {
        return store.read(session -> session.users()
                .hijackedSession(credential.publicId())
                .filter(credential::matches)
                .isPresent());
    }
}
