package dev.inferencekey.server.manager.session;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.project.User;
import dev.inferencekey.server.domain.project.UserSession;
import dev.inferencekey.server.manager.access.CsrfToken;
import dev.inferencekey.server.manager.access.SessionCredential;
import dev.inferencekey.server.manager.service.Accounts;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.PasswordHasher;
import dev.inferencekey.server.ports.store.Store;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Signs people in and out. Thread-safe.
 *
 * <p>An account that does not exist takes as long and answers the same as a wrong password. Passwords are hashed by few at a time, since
 * each takes memory and a processor on purpose.
 */
public final class SignInService {
    /** A sign-in ends this long after it began, used or not. */
    public static final Duration LIFETIME = Duration.ofHours(12);

    private static final int MINT_ATTEMPTS = 16;
    private static final int CONCURRENT_HASHES = 4;
    private static final Duration HASH_PATIENCE = Duration.ofSeconds(10);

    private final Store store;
    private final Clock clock;
    private final SecureRandom random;
    private final PasswordHasher passwords;
    private final AuditTrail audit;
    private final SignInLimiter limiter;
    private final Semaphore hashing = new Semaphore(CONCURRENT_HASHES, true);

    public SignInService(Store store, Clock clock, SecureRandom random, PasswordHasher passwords, AuditTrail audit) {
        this.store = store;
        this.clock = clock;
        this.random = random;
        this.passwords = passwords;
        this.audit = audit;
        this.limiter = new SignInLimiter(clock);
    }

    /** A new sign-in; the two secrets can be read this once. */
    public record SignedIn(SessionCredential credential, CsrfToken csrfToken, User user, Instant expiresAt) {}

    public SignedIn signIn(String email, String password, String from) {
        String address = Accounts.email("email", email);
        if (password.length() > Accounts.MAX_PASSWORD_LENGTH) {
            throw RefusedException.invalid("password", "password is too long");
        }
        limiter.take(from, address).ifPresent(wait -> {
            throw RefusedException.tooMany("too many attempts to sign in", wait);
        });
        Optional<User> user = store.read(session -> session.users().findByEmail(address));
        if (!verify(user, password)) {
            Requester nobody = new Requester(new Caller.Anonymous(), from);
            store.<Boolean>write(session -> {
                audit.note(session, nobody, "session.refused", null, null, Map.of("email", address));
                return true;
            });
            throw new RefusedException(ErrorCode.INVALID_TOKEN, "the e-mail address or the password is wrong");
        }
        limiter.forget(from, address);
        return begin(user.orElseThrow(), from);
    }

    /** Ends the sign-in; it opens nothing from when this returns. */
    public void signOut(Requester by, String sessionId) {
        store.<Boolean>write(session -> {
            if (session.users().deleteSession(sessionId)) {
                audit.note(session, by, "session.ended", null, sessionId, Map.of());
            }
            return true;
        });
    }

    private SignedIn begin(User user, String from) {
        Instant now = clock.now();
        Instant expiresAt = now.plus(LIFETIME);
        CsrfToken csrf = CsrfToken.mint(random);
        Requester person = new Requester(new Caller.Human(user.id(), user.email(), user.tenantOwner(), Map.of()), from);
        for (int attempt = 0; attempt < MINT_ATTEMPTS; attempt++) {
            SessionCredential credential = SessionCredential.mint(random);
            UserSession began = new UserSession(
                    credential.publicId(), user.id(), credential.digest(), csrf.digest(), now, expiresAt, from);
            boolean inserted = store.write(session -> {
                session.users().deleteSessionsExpiredBefore(now);
                if (!session.users().insertSession(began)) {
                    return false;
                }
                audit.note(session, person, "session.created", null, credential.publicId(), Map.of());
                return true;
            });
            if (inserted) {
                return new SignedIn(credential, csrf, user, expiresAt);
            }
        }
        throw new IllegalStateException("no free session id was found");
    }

    private boolean verify(Optional<User> user, String password) {
        try {
            if (!hashing.tryAcquire(HASH_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw RefusedException.tooMany("too many people sign in at once", HASH_PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RefusedException.tooMany("the server is stopping", HASH_PATIENCE);
        }
        try {
            return user.map(known -> passwords.verify(password, known.passwordHash()))
                    .orElseGet(() -> passwords.verifyNothing(password));
        } finally {
            hashing.release();
        }
    }
}
