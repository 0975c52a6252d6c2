package dev.inferencekey.server.manager.setup;

import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.project.Tenant;
import dev.inferencekey.server.domain.project.User;
import dev.inferencekey.server.manager.service.Accounts;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.PasswordHasher;
import dev.inferencekey.server.ports.store.Store;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;

/** Makes what an installation begins with: its tenant and the account of its owner. Thread-safe. */
public final class SetUpService {
    /** The tenant of an installation that serves one organization. */
    public static final String DEFAULT_TENANT = "default";

    private static final int PASSWORD_BITS = 120;
    private static final Requester FIRST_START = new Requester(new Caller.Operator(), "127.0.0.1");

    private final Store store;
    private final IdSource ids;
    private final Clock clock;
    private final SecureRandom random;
    private final PasswordHasher passwords;
    private final AuditTrail audit;

    public SetUpService(
            Store store, IdSource ids, Clock clock, SecureRandom random, PasswordHasher passwords, AuditTrail audit) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.random = random;
        this.passwords = passwords;
        this.audit = audit;
    }

    /** The account that the first start made. The password can be read this once. */
    public record NewOwner(String email, String password) {
        @Override
        public String toString() {
            return "NewOwner[" + email + "]";
        }
    }

    /**
     * Makes what is missing; does nothing on later starts. All or nothing, so that an interrupted first start is made up for by the next.
     *
     * @return the owner's account if this call made it
     */
    public Optional<NewOwner> ensure(String ownerEmail) {
        String email = Accounts.email("email", ownerEmail);
        boolean complete = store.read(session ->
                session.projects().firstTenant().isPresent() && session.users().hasTenantOwner());
        if (complete) {
            return Optional.empty();
        }
        NewOwner owner = new NewOwner(email, randomPassword());
        String passwordHash = passwords.hash(owner.password());
        boolean made = store.write(session -> {
            Tenant tenant = session.projects().firstTenant().orElseGet(() -> {
                Tenant first = new Tenant(ids.next("ten"), DEFAULT_TENANT, "Default", clock.now());
                session.projects().insertTenant(first);
                return first;
            });
            if (session.users().hasTenantOwner()) {
                return false;
            }
            User user = new User(ids.next("usr"), tenant.id(), email, passwordHash, true, clock.now());
            if (!session.users().insert(user)) {
                throw new IllegalStateException(
                        "there is an account with the e-mail address " + email + " that is no owner; choose another");
            }
            audit.note(session, FIRST_START, "user.created", null, user.id(), Map.of("email", email, "owner", "true"));
            return true;
        });
        return made ? Optional.of(owner) : Optional.empty();
    }

    /** Letters and digits that can be typed from a screen. */
    private String randomPassword() {
        return new BigInteger(PASSWORD_BITS, random).setBit(PASSWORD_BITS).toString(36);
    }
}
