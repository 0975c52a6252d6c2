package dev.inferencekey.server.manager.access;

import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.MisplacedCredential;
import dev.inferencekey.server.domain.credential.SecretUse;
import dev.inferencekey.server.domain.project.UserSession;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.Coalescer;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down that credentials were seen: when an SDK token was last used, and where an API key showed up that does not belong
 * here. Both coarsely, so that neither load nor an attacker fills the store; and a store that can't be written turns nobody away.
 * Thread-safe. How coarsely is each node's own affair: two nodes may note the same minute twice, and neither replaces a later use with an
 * earlier one.
 */
public final class CredentialSightings {
    private static final Logger LOG = LoggerFactory.getLogger(CredentialSightings.class);
    private static final Duration COARSE = Duration.ofMinutes(1);
    private static final int MAX_PER_WINDOW = 1000;
    private static final String UNKNOWN = "unknown";

    private final Store store;
    private final Clock clock;
    private final AuditTrail audit;
    private final Coalescer uses;
    private final Coalescer refusals;

    public CredentialSightings(Store store, Clock clock, AuditTrail audit) {
        this.store = store;
        this.clock = clock;
        this.audit = audit;
        this.uses = new Coalescer(clock, COARSE, MAX_PER_WINDOW * 100);
        this.refusals = new Coalescer(clock, COARSE, MAX_PER_WINDOW);
    }

    void used(CredentialSecret secret, String from) {
        Instant now = clock.now();
        Instant last = secret.lastUsedAt();
        boolean due = last == null || !now.isBefore(last.plus(COARSE));
        if (due && uses.first(secret.publicId())) {
            write(() -> store.<Boolean>append(session -> {
                session.sdkTokens().recordUses(List.of(new SecretUse(secret.publicId(), now, from)));
                return true;
            }));
        }
    }

    void seen(UserSession userSession) {
        Instant now = clock.now();
        if (!now.isBefore(userSession.lastSeenAt().plus(COARSE)) && uses.first("session " + userSession.id())) {
            write(() -> store.<Boolean>append(session -> {
                session.users().sessionSeen(userSession.id(), now);
                return true;
            }));
        }
    }

    /** A real key's misuse stands in the trail of its project, once a minute; all that nobody was ever given is one event a minute. */
    void wrongPlane(MisplacedCredential shown, String from) {
        Requester by = new Requester(new Caller.Anonymous(), from);
        write(() -> {
            String project = store.<Optional<String>>read(session -> projectOf(session, shown))
                    .orElse(null);
            if (refusals.first(project == null ? UNKNOWN : shown.display())) {
                store.<Boolean>append(session -> {
                    audit.note(
                            session,
                            by,
                            AuditAction.CREDENTIAL_REFUSED,
                            project,
                            shown.display(),
                            Map.of(
                                    "plane",
                                    "control",
                                    "credential",
                                    shown.display(),
                                    "secret",
                                    project == null ? UNKNOWN : "genuine"));
                    return true;
                });
            }
        });
    }

    /** Whose key it is; empty unless its real secret was shown, since everyone may know a public id. */
    private static Optional<String> projectOf(StoreSession session, MisplacedCredential shown) {
        String publicId = shown.publicId();
        return publicId == null
                ? Optional.empty()
                : session.apiKeys()
                        .findByPublicId(publicId)
                        .filter(key -> shown.proves(key.secret(publicId)))
                        .map(IssuedApiKey::projectSlug);
    }

    private static void write(Runnable write) {
        try {
            write.run();
        } catch (StoreUnavailableException e) {
            LOG.warn("sighting of a credential not written down", e);
        }
    }
}
