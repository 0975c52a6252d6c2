package dev.inferencekey.server.manager.sso;

import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A sign-in that a browser has begun and the provider has not answered.
 *
 * @param state comes back with the provider's answer, which belongs to the sign-in that has the same
 * @param nonce comes back inside the signed token
 * @param verifier the secret of PKCE: whoever only stole the code can't use it
 * @param issuer of whom the answer must be
 * @param next where the person wants to go, a path of ours
 */
record PendingSignIn(
        String state, String nonce, String verifier, URI redirectUri, String issuer, String next, Instant expiresAt) {
    /** How long a person has to sign in at the provider. */
    static final Duration LIFETIME = Duration.ofMinutes(10);

    private static final int RANDOM_BYTES = 32;

    static PendingSignIn begin(SecureRandom random, URI redirectUri, String issuer, String next, Instant now) {
        return new PendingSignIn(
                random(random), random(random), random(random), redirectUri, issuer, next, now.plus(LIFETIME));
    }

    private static String random(SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** One line per field; none of them can hold a line break. */
    List<String> lines() {
        return List.of(
                state, nonce, verifier, redirectUri.toString(), issuer, next, Long.toString(expiresAt.toEpochMilli()));
    }

    /** The reverse of {@link #lines}, for what we sealed ourselves. */
    static Optional<PendingSignIn> ofLines(List<String> lines) {
        return lines.size() != 7
                ? Optional.empty()
                : Optional.of(new PendingSignIn(
                        lines.get(0),
                        lines.get(1),
                        lines.get(2),
                        URI.create(lines.get(3)),
                        lines.get(4),
                        lines.get(5),
                        Instant.ofEpochMilli(Long.parseLong(lines.get(6)))));
    }

    /** Names nothing that opens anything. */
    @Override
    public String toString() {
        return "PendingSignIn[" + issuer + ", " + expiresAt + "]";
    }
}
