package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.Liveness;
import dev.inferencekey.server.ports.access.KeyEntry;
import java.time.Instant;

/** One secret of a data key together with the whole key, so that one look-up sees both as they were at one moment. Immutable. */
record KnownSecret(KeyEntry key, CredentialSecret secret, Caller.DataKey caller) {
    static KnownSecret of(KeyEntry key, CredentialSecret secret) {
        return new KnownSecret(
                key, secret, new Caller.DataKey(key.keyId(), secret.publicId(), key.projectSlug(), key.grants()));
    }

    Liveness liveness(Instant now) {
        return Liveness.of(key.state(), key.expiresAt(), secret.notAfter(), now);
    }
}
