package dev.inferencekey.server.manager.service;

import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules of a credential's life that both kinds share; they take no credential, only facts about one. Stateless and thread-safe. */
public final class Lifetime {
    /** The longest overlap of a rotation. */
    public static final Duration MAX_OVERLAP = Duration.ofDays(30);

    /** So many secrets of one credential can work beside the current one. */
    public static final int MAX_OVERLAPPING = 16;

    private Lifetime() {}

    /** Refuses an expiry that has passed. */
    public static @Nullable Instant requireFuture(@Nullable Instant expiresAt, Instant now) {
        if (expiresAt != null && !expiresAt.isAfter(now)) {
            throw RefusedException.invalid("expires_at", "expires_at must be in the future");
        }
        return expiresAt;
    }

    /** Refuses to change what was revoked: that is final. Revoking again is no change. */
    public static void requireChangeable(String id, CredentialState state, CredentialState wanted) {
        if (state == CredentialState.REVOKED && wanted != CredentialState.REVOKED) {
            throw RefusedException.conflict(id + " was revoked, which is final; make a new one");
        }
    }

    /** Refuses to rotate what would not work afterwards either. */
    public static void requireRotatable(String id, CredentialState state, @Nullable Instant expiresAt, Instant now) {
        requireChangeable(id, state, CredentialState.ACTIVE);
        if (expiresAt != null && !now.isBefore(expiresAt)) {
            throw RefusedException.conflict(id + " has expired; make a new one");
        }
    }

    /** Refuses one secret more where too many work already. Each keeps the time that was promised for it, so none can make room. */
    public static void requireRoom(String id, List<CredentialSecret> secrets, Duration overlap, Instant now) {
        long working = secrets.stream()
                .filter(secret -> secret.notAfter() == null || now.isBefore(secret.notAfter()))
                .count();
        if (!overlap.isZero() && working > MAX_OVERLAPPING) {
            throw RefusedException.conflict(id + " has " + working
                    + " secrets that work; rotate it without an overlap, which ends them all, or wait until one ends");
        }
    }

    /** What people see: a state, or that it has expired. */
    public static String shownState(CredentialState state, @Nullable Instant expiresAt, Instant now) {
        boolean expired = expiresAt != null && !now.isBefore(expiresAt);
        return expired && state != CredentialState.REVOKED ? "expired" : state.wire();
    }

    /** The secret that was used last, null if none ever was. */
    public static @Nullable CredentialSecret lastUsed(List<CredentialSecret> secrets) {
        CredentialSecret latest = null;
        Instant latestAt = Instant.MIN;
        for (CredentialSecret secret : secrets) {
            Instant at = secret.lastUsedAt();
            if (at != null && at.isAfter(latestAt)) {
                latest = secret;
                latestAt = at;
            }
        }
        return latest;
    }
}
