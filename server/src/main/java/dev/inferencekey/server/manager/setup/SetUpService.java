package dev.inferencekey.server.manager.setup;

import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.project.Tenant;
import dev.inferencekey.server.manager.access.InvitationCredential;
import dev.inferencekey.server.manager.invitation.InvitationService;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.store.Store;
import java.util.Optional;

/** Makes what an installation begins with: its tenant, and the link by which its owner sets up an account. Thread-safe. */
public final class SetUpService {
    /** The tenant of an installation that serves one organization. */
    public static final String DEFAULT_TENANT = "default";

    private static final Requester START = new Requester(new Caller.Operator(), "127.0.0.1");

    private final Store store;
    private final IdSource ids;
    private final Clock clock;
    private final InvitationService invitations;

    public SetUpService(Store store, IdSource ids, Clock clock, InvitationService invitations) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.invitations = invitations;
    }

    /**
     * Makes what is missing; does nothing on later starts.
     *
     * @param node which of the installation's nodes starts
     * @return what makes whoever shows it first the owner, while there is no owner; a new one at each start, the ones before of this node are
     *     void
     */
    public Optional<InvitationCredential> ensure(String node) {
        boolean owned = store.write(session -> {
            if (session.projects().firstTenant().isEmpty()) {
                session.projects().insertTenant(new Tenant(ids.next("ten"), DEFAULT_TENANT, "Default", clock.now()));
            }
            return session.users().hasTenantOwner();
        });
        if (owned) {
            return Optional.empty();
        }
        try {
            return Optional.of(invitations.offerAtStart(START, node).credential());
        } catch (RefusedException e) {
            return Optional.empty(); // Somebody became the owner just now, by the link of another node.
        }
    }
}
