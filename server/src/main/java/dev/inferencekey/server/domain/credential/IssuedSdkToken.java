package dev.inferencekey.server.domain.credential;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An SDK token as the platform knows it.
 *
 * @param id {@code tok_…}
 * @param createdBy who minted it, for people: an e-mail address or {@code operator}
 * @param expiresAt null for never
 * @param secrets newest first; one, or two while a rotation overlaps
 */
public record IssuedSdkToken(
        String id,
        String projectId,
        String projectSlug,
        String name,
        Set<Scope> scopes,
        CredentialState state,
        @Nullable Instant expiresAt,
        Instant createdAt,
        String createdBy,
        List<CredentialSecret> secrets) {
    public IssuedSdkToken {
        scopes = Set.copyOf(scopes);
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
