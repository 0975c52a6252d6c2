package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.SecretUse;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What both kinds of credential do with their secrets. */
final class MemorySecrets {
    private MemorySecrets() {}

    static boolean has(List<CredentialSecret> secrets, String publicId) {
        return secrets.stream().anyMatch(secret -> secret.publicId().equals(publicId));
    }

    /** Whether there is a time, after {@code from} and not after {@code until}. */
    static boolean within(@Nullable Instant time, Instant from, Instant until) {
        return time != null && time.isAfter(from) && !time.isAfter(until);
    }

    static List<CredentialSecret> rotated(List<CredentialSecret> secrets, CredentialSecret fresh, Instant oldNotAfter) {
        CredentialSecret old = secrets.getFirst();
        return List.of(
                fresh,
                new CredentialSecret(
                        old.publicId(),
                        old.digest(),
                        old.createdAt(),
                        oldNotAfter,
                        old.lastUsedAt(),
                        old.lastUsedFrom()));
    }

    static List<CredentialSecret> withoutOverlap(List<CredentialSecret> secrets, Instant at) {
        return secrets.stream()
                .map(secret -> secret.notAfter() != null && secret.notAfter().isAfter(at)
                        ? new CredentialSecret(
                                secret.publicId(),
                                secret.digest(),
                                secret.createdAt(),
                                at,
                                secret.lastUsedAt(),
                                secret.lastUsedFrom())
                        : secret)
                .toList();
    }

    static List<CredentialSecret> used(List<CredentialSecret> secrets, SecretUse use) {
        return secrets.stream()
                .map(secret -> secret.publicId().equals(use.publicId())
                        ? new CredentialSecret(
                                secret.publicId(),
                                secret.digest(),
                                secret.createdAt(),
                                secret.notAfter(),
                                use.at(),
                                use.from())
                        : secret)
                .toList();
    }
}
