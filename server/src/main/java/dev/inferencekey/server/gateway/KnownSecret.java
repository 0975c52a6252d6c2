package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.Liveness;
import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.ports.access.KeyEntry;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One secret of an API key together with the whole key, so that one look-up sees both as they were at one moment. Immutable but for what
 * the limiter counts.
 *
 * <p>Notes. There may be millions, and whichever a request shows is seldom in the processor's cache: what is needed stands here itself or
 * is shared by many, and what can be made from it, such as the id's text, is not kept.
 *
 * @param publicId the number that the public id's 8 hex digits stand for
 * @param projectSlug shared by the keys of a project
 * @param grants shared by keys that may call the same
 * @param notAfter when a rotated-out secret stops working; null for the current one
 * @param limiter the key's, shared by all its secrets; null if the key is not limited
 * @param budgets the key's own; empty for nearly all
 */
record KnownSecret(
        int publicId,
        SecretDigest digest,
        String keyId,
        String projectSlug,
        Grants grants,
        CredentialState state,
        @Nullable Instant expiresAt,
        @Nullable Instant notAfter,
        @Nullable Limiter limiter,
        List<Budget> budgets) {
    static KnownSecret of(
            KeyEntry key, CredentialSecret secret, String projectSlug, Grants grants, @Nullable Limiter limiter) {
        return new KnownSecret(
                HexFormat.fromHexDigits(secret.publicId()),
                secret.digest(),
                key.keyId(),
                projectSlug,
                grants,
                key.state(),
                key.expiresAt(),
                secret.notAfter(),
                limiter,
                key.budgets());
    }

    Caller.DataKey caller() {
        return new Caller.DataKey(keyId, HexFormat.of().toHexDigits(publicId), projectSlug, grants);
    }

    Liveness liveness(Instant now) {
        return Liveness.of(state, expiresAt, notAfter, now);
    }
}
