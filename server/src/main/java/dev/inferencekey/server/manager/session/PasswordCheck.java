package dev.inferencekey.server.manager.session;

import dev.inferencekey.server.domain.project.User;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.ports.PasswordHasher;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Checks and hashes passwords, few at a time, since each takes memory and a processor of this machine on purpose. Thread-safe.
 *
 * <p>An account that does not exist, or has no password, takes as long as a wrong password.
 */
public final class PasswordCheck {
    private static final int CONCURRENT = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final PasswordHasher passwords;
    private final Semaphore places = new Semaphore(CONCURRENT, true);

    public PasswordCheck(PasswordHasher passwords) {
        this.passwords = passwords;
    }

    boolean verify(Optional<User> user, String password) {
        return inTurn(() -> user.map(User::passwordHash)
                .map(hash -> passwords.verify(password, hash))
                .orElseGet(() -> passwords.verifyNothing(password)));
    }

    /** The hash to keep of a new password. */
    public String hash(String password) {
        return inTurn(() -> passwords.hash(password));
    }

    private <T> T inTurn(Supplier<T> work) {
        try {
            if (!places.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw RefusedException.tooMany("too many people sign in at once", PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RefusedException.tooMany("the server is stopping", PATIENCE);
        }
        try {
            return work.get();
        } finally {
            places.release();
        }
    }
}
