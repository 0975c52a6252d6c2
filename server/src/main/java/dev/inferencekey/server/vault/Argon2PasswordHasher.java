package dev.inferencekey.server.vault;

import com.password4j.Argon2Function;
import com.password4j.types.Argon2;
import dev.inferencekey.server.ports.PasswordHasher;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Hashes passwords with Argon2id: 19 MiB, two passes, one lane. Thread-safe; at most {@value #MOST_AT_ONCE} hashes are computed at
 * once and further callers wait, so that a flood of sign-ins takes neither the memory nor all of the processors.
 */
public final class Argon2PasswordHasher implements PasswordHasher {
    /** Longest password, in characters. */
    public static final int MAX_LENGTH = 1024;

    private static final int MEMORY_KIB = 19 * 1024;
    private static final int PASSES = 2;
    private static final int LANES = 1;
    private static final int HASH_LENGTH = 32;
    private static final int SALT_LENGTH = 16;
    private static final int MOST_AT_ONCE = 4;

    /** A well-formed hash that no known password has, with the parameters of real ones. */
    private static final String NOBODYS_HASH = "$argon2id$v=19$m=" + MEMORY_KIB + ",t=" + PASSES + ",p=" + LANES + "$"
            + "A".repeat(22) + "$" + "A".repeat(43);

    private final SecureRandom random;
    private final Semaphore permits = new Semaphore(MOST_AT_ONCE, true);

    public Argon2PasswordHasher(SecureRandom random) {
        this.random = random;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the password is longer than {@value #MAX_LENGTH} characters
     */
    @Override
    public String hash(String password) {
        if (password.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("a password may have at most " + MAX_LENGTH + " characters");
        }
        byte[] salt = new byte[SALT_LENGTH];
        random.nextBytes(salt);
        Argon2Function argon2 = Argon2Function.getInstance(MEMORY_KIB, PASSES, LANES, HASH_LENGTH, Argon2.ID);
        return oneOfFew(() ->
                argon2.hash(password.getBytes(StandardCharsets.UTF_8), salt).getResult());
    }

    @Override
    public boolean verify(String password, String encoded) {
        // Refused before any work, as verifyNothing does too: its speed tells nothing about the account.
        if (password.length() > MAX_LENGTH) {
            return false;
        }
        // The parameters come from the encoded form, so that hashes outlive a change of ours.
        return oneOfFew(() -> Argon2Function.getInstanceFromHash(encoded)
                .check(password.getBytes(StandardCharsets.UTF_8), encoded.getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public boolean verifyNothing(String password) {
        verify(password, NOBODYS_HASH);
        return false;
    }

    private <T> T oneOfFew(Supplier<T> work) {
        permits.acquireUninterruptibly();
        try {
            return work.get();
        } finally {
            permits.release();
        }
    }
}
