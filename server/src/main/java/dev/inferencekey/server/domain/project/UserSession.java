package dev.inferencekey.server.domain.project;

import dev.inferencekey.server.domain.credential.SecretDigest;
import java.time.Duration;
import java.time.Instant;

/**
 * A sign-in that is in force.
 *
 * @param id 8 hex digits: the public half of the session credential
 * @param secret digest of its secret half
 * @param from the address that signed in
 * @param userAgent the program that signed in, as it names itself, shortened; empty if it does not
 * @param lastSeenAt coarse: recorded at most once a minute
 */
public record UserSession(
        String id,
        String userId,
        SecretDigest secret,
        Instant createdAt,
        Instant expiresAt,
        String from,
        String userAgent,
        Instant lastSeenAt) {
    /** A browser that was left alone this long is signed out. */
    public static final Duration MAX_IDLE = Duration.ofHours(2);

    private static final int MAX_USER_AGENT = 300;

    /** The part of a program's name for itself that is kept. */
    public static String shortened(String userAgent) {
        return userAgent.length() <= MAX_USER_AGENT ? userAgent : userAgent.substring(0, MAX_USER_AGENT);
    }

    public boolean hasExpired(Instant now) {
        return !now.isBefore(expiresAt);
    }

    public boolean wasLeftAlone(Instant now) {
        return !now.isBefore(lastSeenAt.plus(MAX_IDLE));
    }
}
