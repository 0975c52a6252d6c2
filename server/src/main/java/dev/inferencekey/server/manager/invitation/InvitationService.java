package dev.inferencekey.server.manager.invitation;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.project.Invitation;
import dev.inferencekey.server.domain.project.Invitation.Place;
import dev.inferencekey.server.domain.project.Member;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.project.Tenant;
import dev.inferencekey.server.domain.project.User;
import dev.inferencekey.server.domain.project.UserSession;
import dev.inferencekey.server.manager.access.InvitationCredential;
import dev.inferencekey.server.manager.member.MemberService;
import dev.inferencekey.server.manager.service.Accounts;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.manager.session.PasswordCheck;
import dev.inferencekey.server.manager.session.SignInService;
import dev.inferencekey.server.manager.session.SignInService.Origin;
import dev.inferencekey.server.manager.session.SignInService.SignedIn;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Invites people by link. Each link works once and for a limited time; whoever opens it first has the place, so it is as good as a
 * password until then. Thread-safe: the store decides which of two acceptances came first.
 */
public final class InvitationService {
    /** How long a link into a project can be accepted. */
    public static final Duration LIFETIME = Duration.ofDays(7);

    /** How long the link to own a new installation can be accepted. */
    public static final Duration OWNER_LIFETIME = Duration.ofDays(1);

    private static final int MINT_ATTEMPTS = 16;
    private static final int MOST_LISTED = 200;

    private final Store store;
    private final IdSource ids;
    private final Clock clock;
    private final SecureRandom random;
    private final PasswordCheck passwords;
    private final SignInService signIns;
    private final AuditTrail audit;

    public InvitationService(
            Store store,
            IdSource ids,
            Clock clock,
            SecureRandom random,
            PasswordCheck passwords,
            SignInService signIns,
            AuditTrail audit) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.random = random;
        this.passwords = passwords;
        this.signIns = signIns;
        this.audit = audit;
    }

    /** A new invitation; {@code credential} is the only time that it can be read. */
    public record Minted(Invitation invitation, InvitationCredential credential) {
        /** What to send to whom it is for; its secret stands behind the {@code #}, which browsers send nowhere. */
        public String link(URI baseUrl) {
            return baseUrl + "/join#" + credential.reveal();
        }
    }

    /**
     * Invites somebody into a project.
     *
     * @param email the one address that may accept it; null for any
     */
    public Minted invite(Requester by, Project project, Role role, @Nullable String email) {
        MemberService.requireMayGive(by, project, role);
        String address = email == null ? null : Accounts.email("email", email);
        return mint(by, by.display(), new Place.InProject(project.id(), project.slug(), role), address, LIFETIME);
    }

    /**
     * Offers the installation to whoever gets the link; an earlier offer is void.
     *
     * @param email the one address that may accept it; if it has an account, that gets the password which is chosen then: the way back for
     *     an owner who lost it. Null for any address, whose account, if there is one, keeps its password
     * @throws RefusedException 403 if anyone but the operator names an address: no person may take over the account of another
     */
    public Minted inviteOwner(Requester by, @Nullable String email) {
        if (email != null && !(by.caller() instanceof Caller.Operator)) {
            throw new RefusedException(
                    ErrorCode.SCOPE_INSUFFICIENT,
                    "a link for one address replaces the password of its account, so it takes the operator credential:"
                            + " run `ik owner-link` on the server's own machine");
        }
        String address = email == null ? null : Accounts.email("email", email);
        return mint(by, by.display(), new Place.Owner(), address, OWNER_LIFETIME);
    }

    /**
     * Offers the installation to whoever reads what a node shows at its start; what that node offered at an earlier start is void, and what
     * others offered is not. The first that is accepted voids all others.
     *
     * @throws RefusedException 409 if there is an owner
     */
    public Minted offerAtStart(Requester by, String node) {
        return mint(by, by.display() + "@" + node, new Place.Owner(), null, OWNER_LIFETIME);
    }

    /** Those into the project that can still be accepted, newest first. */
    public List<Invitation> list(Project project) {
        Instant now = clock.now();
        List<Invitation> all = store.read(session -> session.invitations().ofProject(project.id(), MOST_LISTED));
        return all.stream().filter(invitation -> !invitation.hasExpired(now)).toList();
    }

    /** Takes an invitation into the project back; false if there is none (any more). */
    public boolean withdraw(Requester by, Project project, String id) {
        return store.<Boolean>writeUrgently(session -> {
            Invitation invitation = session.invitations().find(id).orElse(null);
            if (invitation == null
                    || !(invitation.place() instanceof Place.InProject in)
                    || !in.projectId().equals(project.id())) {
                return false;
            }
            MemberService.requireMayGive(by, project, in.role());
            session.invitations().delete(id);
            audit.note(
                    session,
                    by,
                    AuditAction.INVITATION_WITHDRAWN,
                    project.slug(),
                    id,
                    Map.of("role", in.role().wire()));
            return true;
        });
    }

    /**
     * What a link offers.
     *
     * @throws RefusedException 404 if it offers nothing (any more)
     */
    public Invitation find(String credential) {
        return store.read(session -> found(session, InvitationCredential.parse(credential)));
    }

    /**
     * Accepts an invitation: for a new address an account is made with this password, for a known one the password must be its own, unless
     * the link is there to replace it. Ends with the person signed in, and the link void.
     */
    public SignedIn accept(String credential, String email, String password, Origin origin) {
        Optional<InvitationCredential> link = InvitationCredential.parse(credential);
        Invitation offered = store.read(session -> found(session, link));
        String address = Accounts.email("email", email);
        if (offered.email() != null && !offered.email().equals(address)) {
            throw RefusedException.invalid("email", "email must be the address that was invited");
        }
        boolean known =
                store.read(session -> session.users().findByEmail(address).isPresent());
        if (known && offered.place() instanceof Place.Owner && offered.email() != null) {
            return signIns.signInIdentified(replacePassword(link, address, password, origin), "owner_link", origin);
        }
        if (known) {
            // Signs in twice, for a moment: what the invitation gives is given only to who knows the password.
            SignedIn signedIn = signIns.signIn(address, password, UserSession.Kind.COOKIE, origin);
            store.<Boolean>write(session -> {
                give(session, found(session, link), signedIn.user(), origin);
                return true;
            });
            return signedIn;
        }
        String hash = passwords.hash(Accounts.newPassword("password", address, password));
        User user = store.write(session -> {
            Invitation invitation = found(session, link);
            Tenant tenant = session.projects()
                    .firstTenant()
                    .orElseThrow(() -> new IllegalStateException("the first start has not finished"));
            User made = new User(ids.next("usr"), tenant.id(), address, hash, false, clock.now());
            if (!session.users().insert(made)) {
                throw RefusedException.conflict("an account with this address was just made; sign in with it");
            }
            audit.note(
                    session,
                    new Requester(human(made), origin.address()),
                    AuditAction.USER_CREATED,
                    null,
                    made.id(),
                    Map.of("email", address));
            give(session, invitation, made, origin);
            return session.users().find(made.id()).orElseThrow();
        });
        return signIns.signInIdentified(user, "invitation", origin);
    }

    /** Whoever knew the old password is out. */
    private User replacePassword(Optional<InvitationCredential> link, String address, String password, Origin origin) {
        String hash = passwords.hash(Accounts.newPassword("password", address, password));
        return store.write(session -> {
            Invitation invitation = found(session, link);
            User user = session.users().findByEmail(address).orElseThrow(InvitationService::spent);
            session.users().setPasswordHash(user.id(), hash);
            session.users().deleteSessionsOf(user.id());
            audit.note(
                    session,
                    new Requester(human(user), origin.address()),
                    AuditAction.USER_PASSWORD_CHANGED,
                    null,
                    user.id(),
                    Map.of("email", address, "how", "owner_link"));
            give(session, invitation, user, origin);
            return session.users().find(user.id()).orElseThrow();
        });
    }

    private void give(StoreSession session, Invitation invitation, User user, Origin origin) {
        if (!session.invitations().delete(invitation.id())) {
            throw spent();
        }
        Map<String, String> details =
                new HashMap<>(Map.of("email", user.email(), "invited_by", invitation.createdBy()));
        String projectSlug = null;
        switch (invitation.place()) {
            case Place.Owner _ -> {
                session.invitations().deleteForOwner();
                session.users().makeTenantOwner(user.id());
                details.put("owner", "true");
            }
            case Place.InProject in -> {
                projectSlug = in.projectSlug();
                details.put("role", in.role().wire());
                Role present = session.projects().rolesOf(user.id()).get(in.projectSlug());
                // Roles are ordered strongest first: an invitation never takes anything away.
                if (present == null || in.role().compareTo(present) < 0) {
                    session.projects()
                            .putMember(new Member(
                                    in.projectId(), in.projectSlug(), user.id(), user.email(), in.role(), clock.now()));
                }
            }
        }
        audit.note(
                session,
                new Requester(human(user), origin.address()),
                AuditAction.INVITATION_ACCEPTED,
                projectSlug,
                invitation.id(),
                details);
    }

    private Minted mint(Requester by, String createdBy, Place place, @Nullable String email, Duration lifetime) {
        Instant now = clock.now();
        for (int attempt = 0; attempt < MINT_ATTEMPTS; attempt++) {
            InvitationCredential credential = InvitationCredential.mint(random);
            Invitation invitation = new Invitation(
                    credential.publicId(), credential.digest(), place, email, createdBy, now, now.plus(lifetime));
            boolean inserted = store.write(session -> {
                String projectSlug = null;
                Map<String, String> details = new HashMap<>();
                switch (place) {
                    case Place.Owner _ -> {
                        if (createdBy.equals(by.display())) {
                            session.invitations().deleteForOwner();
                        } else if (session.users().hasTenantOwner()) {
                            throw RefusedException.conflict("the installation has an owner");
                        } else {
                            session.invitations().deleteForOwner(createdBy);
                        }
                        details.put("owner", "true");
                    }
                    case Place.InProject in -> {
                        projectSlug = in.projectSlug();
                        if (session.projects().find(in.projectId()).isEmpty()) {
                            throw RefusedException.projectNotFound(in.projectSlug());
                        }
                        details.put("role", in.role().wire());
                    }
                }
                if (email != null) {
                    details.put("email", email);
                }
                if (!session.invitations().insert(invitation)) {
                    return false;
                }
                audit.note(session, by, AuditAction.INVITATION_CREATED, projectSlug, invitation.id(), details);
                return true;
            });
            if (inserted) {
                return new Minted(invitation, credential);
            }
        }
        throw new IllegalStateException("no free public id was found");
    }

    private Invitation found(StoreSession session, Optional<InvitationCredential> credential) {
        return credential
                .flatMap(link -> session.invitations()
                        .find(link.publicId())
                        .filter(invitation -> link.matches(invitation.secret())))
                .filter(invitation -> !invitation.hasExpired(clock.now()))
                .orElseThrow(InvitationService::spent);
    }

    private static Caller.Human human(User user) {
        return new Caller.Human(user.id(), user.email(), user.tenantOwner(), Map.of());
    }

    private static RefusedException spent() {
        return new RefusedException(
                ErrorCode.NOT_FOUND, "this link was used already or has expired; ask whoever sent it for a new one");
    }
}
