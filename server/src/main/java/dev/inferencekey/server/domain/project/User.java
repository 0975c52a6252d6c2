package dev.inferencekey.server.domain.project;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A person who signs in.
 *
 * @param id {@code usr_…}
 * @param email lower-case, unique
 * @param passwordHash Argon2id in its encoded form; never leaves the server. Null for people who only sign in through a provider
 * @param tenantOwner may do everything in every project of the tenant
 */
public record User(
        String id,
        String tenantId,
        String email,
        @Nullable String passwordHash,
        boolean tenantOwner,
        Instant createdAt) {
    @Override
    public String toString() {
        return "User[" + id + ", " + email + "]";
    }
}
