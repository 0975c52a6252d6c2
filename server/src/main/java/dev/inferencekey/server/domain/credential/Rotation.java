package dev.inferencekey.server.domain.credential;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A change of secrets that is under way: an old one still works. Tells whether it can be ended without turning anybody away.
 *
 * @param old the secret that is to go; of several, the one that was used last, since it decides
 * @param current the one that takes its place
 */
public record Rotation(CredentialSecret old, CredentialSecret current, Verdict verdict) {
    /** After this long without a use of the old secret, whoever still has it is not likely to come back. Uses are noted to the minute. */
    public static final Duration QUIET = Duration.ofHours(24);

    /** Whether the old secret can be ended. */
    public enum Verdict {
        /** Somebody used the old one lately. */
        OLD_IN_USE,
        /** Nobody has used the new one yet: it may not have arrived anywhere. */
        NEW_UNUSED,
        /** The old one was used after the new one was made, but not lately. */
        OLD_QUIET,
        /** The new one is in use, and the old one was not used since it is there. */
        SAFE
    }

    /** The change of secrets that these are in, empty if they are in none at this time. */
    public static Optional<Rotation> of(List<CredentialSecret> secrets, Instant now) {
        CredentialSecret current = secrets.getFirst();
        return secrets.stream()
                .skip(1)
                .filter(secret -> secret.notAfter() != null && now.isBefore(secret.notAfter()))
                .reduce((newer, older) -> usedLater(older, newer) ? older : newer)
                .map(old -> new Rotation(old, current, verdict(old, current, now)));
    }

    private static boolean usedLater(CredentialSecret one, CredentialSecret other) {
        Instant used = one.lastUsedAt();
        Instant otherUsed = other.lastUsedAt();
        return used != null && (otherUsed == null || used.isAfter(otherUsed));
    }

    private static Verdict verdict(CredentialSecret old, CredentialSecret current, Instant now) {
        Instant used = old.lastUsedAt();
        if (used == null || used.isBefore(current.createdAt())) {
            return current.lastUsedAt() == null ? Verdict.NEW_UNUSED : Verdict.SAFE;
        }
        if (used.plus(QUIET).isAfter(now)) {
            return Verdict.OLD_IN_USE;
        }
        return current.lastUsedAt() == null ? Verdict.NEW_UNUSED : Verdict.OLD_QUIET;
    }

    public boolean isSafe() {
        return verdict == Verdict.SAFE || verdict == Verdict.OLD_QUIET;
    }
}
