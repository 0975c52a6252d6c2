package dev.inferencekey.server.domain.credential;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One secret of an issued credential, as far as the platform keeps it: its public id and a digest. A credential has one, or two while
 * a rotation overlaps; each has a public id of its own, so that logs tell which of the two is still in use.
 *
 * @param publicId 8 lower-case hex digits, unique among the credentials of its kind
 * @param notAfter when a rotated-out secret stops working; null for the current one
 * @param lastUsedAt coarse: recorded at most once a minute
 * @param lastUsedFrom the address of that use
 */
public record CredentialSecret(
        String publicId,
        SecretDigest digest,
        Instant createdAt,
        @Nullable Instant notAfter,
        @Nullable Instant lastUsedAt,
        @Nullable String lastUsedFrom) {}
