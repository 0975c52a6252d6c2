package dev.inferencekey.server.domain.project;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.server.domain.credential.SecretDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * A sign-in that is in force.
 *
 * @param id 8 hex digits: the public half of the session credential
 * @param secret digest of its secret half
 * @param from the address that signed in
 * @param userAgent the program that signed in, as it names itself, shortened; empty if it does not
 * @param lastSeenAt coarse: recorded at most once a minute
 * @param kind how it is shown, for as long as it is in force
 */
public record UserSession(
        String id,
        String userId,
        SecretDigest secret,
        Instant createdAt,
        Instant expiresAt,
        String from,
        String userAgent,
        Instant lastSeenAt,
        Kind kind) {
    /** How a sign-in is shown. It is used in the way it was made for, and in no other. */
    public enum Kind {
        /** A browser's: the cookie, together with the CSRF token where something changes. */
        COOKIE("cookie"),
        /** A program's, such as {@code ik}: the header {@code Authorization: Bearer}. */
        BEARER("bearer");

        private final String wire;

        Kind(String wire) {
            this.wire = wire;
        }

        /** The name that is stored. */
        public String wire() {
            return wire;
        }

        /** The kind with this stored name. */
        public static Optional<Kind> fromWire(String wire) {
            return Arrays.stream(values())
                    .filter(kind -> kind.wire.equals(wire))
                    .findFirst();
        }
    }

    /** Whoever was not heard of for this long is signed out. */
    public static final Duration MAX_IDLE = Duration.ofHours(2);

    private static final int MAX_USER_AGENT = 300;

    /** The part of a program's name for itself that is kept, with every credential in it redacted. */
    public static String shortened(String userAgent) {
        String redacted = Redaction.scrub(userAgent);
        return redacted.length() <= MAX_USER_AGENT ? redacted : redacted.substring(0, MAX_USER_AGENT);
    }

    public boolean hasExpired(Instant now) {
        return !now.isBefore(expiresAt);
    }

    public boolean wasLeftAlone(Instant now) {
        return !now.isBefore(lastSeenAt.plus(MAX_IDLE));
    }
}
