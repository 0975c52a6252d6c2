package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.Liveness;
import dev.inferencekey.server.ports.access.KeyEntry;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One secret of a data key together with the whole key, so that one look-up sees both as they were at one moment. Immutable but for what
 * the limiter counts.
 *
 * @param limiter the key's, shared by all its secrets; null if the key is not limited
 */
record KnownSecret(
        KeyEntry key,
        CredentialSecret secret,
        Caller.DataKey caller,
        @Nullable Limiter limiter) {
    static KnownSecret of(KeyEntry key, CredentialSecret secret, @Nullable Limiter limiter) {
        return new KnownSecret(
                key,
                secret,
                new Caller.DataKey(key.keyId(), secret.publicId(), key.projectSlug(), key.grants()),
                limiter);
    }

    Liveness liveness(Instant now) {
        return Liveness.of(key.state(), key.expiresAt(), secret.notAfter(), now);
    }
}
