package dev.inferencekey.server.manager.sso;

import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.project.Tenant;
import dev.inferencekey.server.domain.project.User;
import dev.inferencekey.server.domain.signon.SignOnSettings;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the account of a person for whom the provider vouched. Thread-safe.
 *
 * <p>Notes. The first time, the verified e-mail address leads to the account; from then on the account belongs to the issuer's subject,
 * whatever addresses change hands at the provider: a new owner of the address does not get the account, and who changes the own address
 * to somebody else's does not get theirs. The domains, where there are any, are asked for each time.
 */
final class SignOnAccounts {
    private final Store store;
    private final IdSource ids;
    private final Clock clock;
    private final AuditTrail audit;

    SignOnAccounts(Store store, IdSource ids, Clock clock, AuditTrail audit) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.audit = audit;
    }

    /**
     * The account, linked or made now if need be.
     *
     * @param settings those that the person was identified under; they must still be in force
     * @throws SignOnFailure if there is none for this person
     */
    User of(Identified person, SignOnSettings settings, String from) {
        return store.writeUrgently(session -> {
            Tenant tenant = session.projects().firstTenant().orElseThrow();
            if (!session.signOn().settings(tenant.id()).equals(Optional.of(settings))) {
                throw SignOnFailure.stale("the settings of single sign-on were just changed; start again");
            }
            if (!settings.allowedDomains().isEmpty() && !settings.allows(requireEmail(person))) {
                throw SignOnFailure.notAllowed(
                        "domain", "people with addresses like " + person.email() + " may not sign in this way");
            }
            Optional<User> linked = session.signOn()
                    .userOf(person.issuer(), person.subject())
                    .flatMap(id -> session.users().find(id));
            return linked.orElseGet(() -> link(session, tenant, person, settings, from));
        });
    }

    private User link(StoreSession session, Tenant tenant, Identified person, SignOnSettings settings, String from) {
        String email = requireEmail(person);
        User user = session.users().findByEmail(email).orElseGet(() -> {
            if (!settings.opensAccounts()) {
                throw SignOnFailure.notAllowed(
                        "no_account", "there is no account for " + email + " here; ask to be added to a project first");
            }
            return open(session, tenant, email, from);
        });
        if (!session.signOn().link(person.issuer(), person.subject(), user.id(), clock.now())) {
            throw SignOnFailure.notAllowed(
                    "other_person",
                    "the account of " + email + " belongs to another person at the sign-on provider, who had this"
                            + " address before; ask an owner of the installation");
        }
        audit.note(
                session,
                as(user, from),
                AuditAction.USER_LINKED,
                null,
                user.id(),
                Map.of("email", email, "how", "sso"));
        return user;
    }

    private User open(StoreSession session, Tenant tenant, String email, String from) {
        User user = new User(ids.next("usr"), tenant.id(), email, null, false, clock.now());
        if (!session.users().insert(user)) {
            throw new IllegalStateException("the address was free a moment ago in the same transaction");
        }
        audit.note(
                session,
                as(user, from),
                AuditAction.USER_CREATED,
                null,
                user.id(),
                Map.of("email", email, "how", "sso"));
        return user;
    }

    private static String requireEmail(Identified person) {
        String email = person.email();
        if (email == null) {
            throw SignOnFailure.notAllowed(
                    "email",
                    person.unverified()
                            ? "the sign-on provider has not verified your e-mail address; have it verified there"
                            : "the sign-on provider told no e-mail address; an owner of the installation has to let"
                                    + " the provider send it");
        }
        return email;
    }

    private static Requester as(User user, String from) {
        return new Requester(new Caller.Human(user.id(), user.email(), user.tenantOwner(), Map.of()), from);
    }
}
