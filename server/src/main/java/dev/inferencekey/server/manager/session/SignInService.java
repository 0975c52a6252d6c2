package dev.inferencekey.server.manager.session;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.audit.AuditFilter;
import dev.inferencekey.server.domain.project.User;
import dev.inferencekey.server.domain.project.UserSession;
import dev.inferencekey.server.manager.access.SessionCredential;
import dev.inferencekey.server.manager.service.Accounts;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Signs people in and out. Thread-safe. An account that does not exist answers the same as a wrong password. */
public final class SignInService {
    /** A sign-in ends this long after it began, used or not. */
    public static final Duration LIFETIME = Duration.ofHours(12);

    /** Where a person signed in within this time, guesses from elsewhere keep nobody out. */
    private static final Duration KNOWN_NETWORK = Duration.ofDays(30);

    private static final int MAX_SIGN_INS = 200;
    private static final int MINT_ATTEMPTS = 16;

    private final Store store;
    private final Clock clock;
    private final SecureRandom random;
    private final PasswordCheck passwords;
    private final AuditTrail audit;
    private final SignInLimiter limiter;

    public SignInService(Store store, Clock clock, SecureRandom random, PasswordCheck passwords, AuditTrail audit) {
        this.store = store;
        this.clock = clock;
        this.random = random;
        this.passwords = passwords;
        this.audit = audit;
        this.limiter = new SignInLimiter(store, clock);
    }

    /**
     * Where a sign-in comes from.
     *
     * @param address the caller's address
     * @param userAgent the program, as it names itself, empty if it does not
     */
    public record Origin(String address, String userAgent) {}

    /** A new sign-in; its secret can be read this once. */
    public record SignedIn(SessionCredential credential, User user, Instant expiresAt) {}

    /**
     * Signs in with a password.
     *
     * @param kind how the sign-in will be shown
     * @throws RefusedException 401 if address or password is wrong, 429 after too many attempts
     */
    public SignedIn signIn(String email, String password, UserSession.Kind kind, Origin origin) {
        User user = checked(email, password, origin)
                .orElseThrow(() ->
                        new RefusedException(ErrorCode.INVALID_TOKEN, "the e-mail address or the password is wrong"));
        return begin(user, kind, origin, Map.of());
    }

    /**
     * Takes one of the attempts that an address has for signing in without a password.
     *
     * @param how names the way, and is noted in the audit trail: {@code sso}
     */
    public void admit(String how, String address) {
        limiter.take(address, how).ifPresent(wait -> {
            throw RefusedException.tooMany("too many attempts to sign in", wait);
        });
    }

    /** Signs a person in to a browser, whom the caller has identified beyond doubt; nothing more is checked here. */
    public SignedIn signInIdentified(User user, String how, Origin origin) {
        limiter.forget(origin.address(), how);
        return begin(user, UserSession.Kind.COOKIE, origin, Map.of("how", how));
    }

    /** Ends the sign-in; it opens nothing from when this returns. */
    public void signOut(Requester by, String sessionId) {
        store.<Boolean>writeUrgently(session -> {
            if (session.users().deleteSession(sessionId)) {
                audit.note(session, by, AuditAction.SESSION_ENDED, null, sessionId, Map.of());
            }
            return true;
        });
    }

    /** The person's sign-ins that are in force, newest first. */
    public List<UserSession> sessions(String userId) {
        Instant now = clock.now();
        List<UserSession> all = store.read(session -> session.users().sessionsOf(userId));
        return all.stream()
                .filter(session -> !session.hasExpired(now) && !session.wasLeftAlone(now))
                .toList();
    }

    /** Ends one of the person's own sign-ins; false if none of them has this id (any more). */
    public boolean endSession(Requester by, String userId, String sessionId) {
        boolean own = sessions(userId).stream().anyMatch(session -> session.id().equals(sessionId));
        if (own) {
            signOut(by, sessionId);
        }
        return own;
    }

    /** Signs the person out everywhere. */
    public void endAllSessions(Requester by, String userId) {
        store.<Boolean>writeUrgently(session -> {
            session.users().deleteSessionsOf(userId);
            audit.note(session, by, AuditAction.SESSION_ALL_ENDED, null, userId, Map.of());
            return true;
        });
    }

    /**
     * Gives the person another password, and ends all other sign-ins: whoever knew the old one is out.
     *
     * @param keptSessionId the sign-in that goes on, null for none
     * @throws RefusedException 400 if the present password is wrong, or the new one not fit to be one, 429 after too many attempts
     */
    public void changePassword(
            Requester by, String email, String present, String wanted, Origin origin, @Nullable String keptSessionId) {
        User user = checked(email, present, origin)
                .orElseThrow(() -> RefusedException.invalid(
                        "password",
                        hasPassword(email)
                                ? "this is not your present password"
                                : "your account has no password: you sign in through a provider, which keeps it"));
        String hash = passwords.hash(Accounts.newPassword("new_password", user.email(), wanted));
        store.<Boolean>writeUrgently(session -> {
            session.users().setPasswordHash(user.id(), hash);
            for (UserSession other : session.users().sessionsOf(user.id())) {
                if (!other.id().equals(keptSessionId)) {
                    session.users().deleteSession(other.id());
                }
            }
            audit.note(session, by, AuditAction.USER_PASSWORD_CHANGED, null, user.id(), Map.of("email", user.email()));
            return true;
        });
    }

    private boolean hasPassword(String email) {
        return store.read(session -> session.users().findByEmail(email))
                .map(User::passwordHash)
                .isPresent();
    }

    /** The person whose password this is; takes one of the attempts that there are. */
    private Optional<User> checked(String email, String password, Origin origin) {
        String address = Accounts.email("email", email);
        if (password.length() > Accounts.MAX_PASSWORD_LENGTH) {
            throw RefusedException.invalid("password", "password is too long");
        }
        limiter.take(origin.address(), address, () -> signedInFrom(address, origin.address()))
                .ifPresent(wait -> {
                    throw RefusedException.tooMany("too many attempts to sign in", wait);
                });
        Optional<User> user = store.read(session -> session.users().findByEmail(address));
        if (!passwords.verify(user, password)) {
            Requester nobody = new Requester(new Caller.Anonymous(), origin.address());
            store.<Boolean>append(session -> {
                // What nobody has an account with may be anything that was typed, a password in the wrong field too.
                String shown = user.map(User::email).orElse("unknown");
                audit.note(session, nobody, AuditAction.SESSION_REFUSED, null, null, Map.of("email", shown));
                return true;
            });
            return Optional.empty();
        }
        limiter.forget(origin.address(), address);
        return user;
    }

    /** Whether the person was signed in from this network lately. */
    private boolean signedInFrom(String email, String address) {
        AuditFilter signIns = new AuditFilter(
                null,
                AuditAction.SESSION_CREATED.wire(),
                email,
                null,
                null,
                clock.now().minus(KNOWN_NETWORK),
                null);
        String network = SignInLimiter.network(address);
        return store
                .<Page<AuditEvent>>read(session -> session.audit().list(signIns, new PageRequest(MAX_SIGN_INS, null)))
                .items()
                .stream()
                .anyMatch(event -> SignInLimiter.network(event.from()).equals(network));
    }

    private SignedIn begin(User user, UserSession.Kind kind, Origin origin, Map<String, String> details) {
        Instant now = clock.now();
        Instant expiresAt = now.plus(LIFETIME);
        Requester person = new Requester(
                new Caller.Human(user.id(), user.email(), user.tenantOwner(), Map.of()), origin.address());
        for (int attempt = 0; attempt < MINT_ATTEMPTS; attempt++) {
            SessionCredential credential = SessionCredential.mint(random);
            UserSession began = new UserSession(
                    credential.publicId(),
                    user.id(),
                    credential.digest(),
                    now,
                    expiresAt,
                    origin.address(),
                    UserSession.shortened(origin.userAgent()),
                    now,
                    kind);
            boolean inserted = store.writeUrgently(session -> {
                if (!session.users().insertSession(began)) {
                    return false;
                }
                audit.note(session, person, AuditAction.SESSION_CREATED, null, credential.publicId(), details);
                return true;
            });
            if (inserted) {
                return new SignedIn(credential, user, expiresAt);
            }
        }
        throw new IllegalStateException("no free session id was found");
    }
}
