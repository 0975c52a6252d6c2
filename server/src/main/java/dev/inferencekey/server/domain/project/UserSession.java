package dev.inferencekey.server.domain.project;

import dev.inferencekey.server.domain.credential.SecretDigest;
import java.time.Instant;

/**
 * A sign-in that is in force.
 *
 * @param id 8 hex digits: the public half of the session credential
 * @param secret digest of its secret half
 * @param csrf digest of the token that browsers must echo with each change
 * @param from the address that signed in
 */
public record UserSession(
        String id,
        String userId,
        SecretDigest secret,
        SecretDigest csrf,
        Instant createdAt,
        Instant expiresAt,
        String from) {}
