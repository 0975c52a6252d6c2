package dev.inferencekey.server.domain.credential;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Whether a genuine credential works now, and if not, why. */
public enum Liveness {
    ALIVE,
    DISABLED,
    REVOKED,
    EXPIRED;

    /**
     * Decides for one secret of a credential. A revocation outranks the rest, since it is what people must hear first; a
     * rotated-out secret counts as revoked once its overlap has ended.
     *
     * @param expiresAt when the credential expires, null for never; the instant itself is already too late
     */
    public static Liveness of(
            CredentialState state, @Nullable Instant expiresAt, @Nullable Instant secretNotAfter, Instant now) {
        if (state == CredentialState.REVOKED || (secretNotAfter != null && !now.isBefore(secretNotAfter))) {
            return REVOKED;
        }
        if (expiresAt != null && !now.isBefore(expiresAt)) {
            return EXPIRED;
        }
        return state == CredentialState.DISABLED ? DISABLED : ALIVE;
    }
}
