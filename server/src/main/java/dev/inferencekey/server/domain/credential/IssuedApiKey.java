package dev.inferencekey.server.domain.credential;

import dev.inferencekey.server.domain.limit.Limits;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An API key as the platform knows it.
 *
 * @param id {@code key_…}
 * @param createdBy who minted it, for people: an e-mail address or {@code operator}
 * @param expiresAt null for never
 * @param secrets newest first; one, or two while a rotation overlaps
 */
public record IssuedApiKey(
        String id,
        String projectId,
        String projectSlug,
        String name,
        Grants grants,
        CredentialState state,
        @Nullable Instant expiresAt,
        Limits limits,
        Instant createdAt,
        String createdBy,
        List<CredentialSecret> secrets) {
    public IssuedApiKey {
        secrets = List.copyOf(secrets);
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException("an issued credential has at least one secret");
        }
    }

    /** The secret that a new holder would be given: the newest. */
    public CredentialSecret currentSecret() {
        return secrets.getFirst();
    }

    public Optional<CredentialSecret> secret(String publicId) {
        return secrets.stream()
                .filter(secret -> secret.publicId().equals(publicId))
                .findFirst();
    }

    public Liveness liveness(CredentialSecret secret, Instant now) {
        return Liveness.of(state, expiresAt, secret.notAfter(), now);
    }
}
