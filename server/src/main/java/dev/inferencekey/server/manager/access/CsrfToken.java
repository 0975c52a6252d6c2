package dev.inferencekey.server.manager.access;

import dev.inferencekey.server.domain.credential.SecretDigest;
import java.util.random.RandomGenerator;

/** What a browser echoes with each change, so that other sites can't make it on the person's behalf. Immutable and thread-safe. */
public final class CsrfToken {
    /** The header that carries it. */
    public static final String HEADER = "X-CSRF-Token";

    private final String text;

    private CsrfToken(String text) {
        this.text = text;
    }

    /** Takes what was sent, whatever it is. */
    public static CsrfToken of(String text) {
        return new CsrfToken(text);
    }

    /** Makes a new one; {@code random} must be cryptographically strong. */
    public static CsrfToken mint(RandomGenerator random) {
        return new CsrfToken(PrivateCredential.randomHex(random, 32));
    }

    public SecretDigest digest() {
        return PrivateCredential.digest(text);
    }

    /** Compares in constant time. */
    public boolean matches(SecretDigest digest) {
        return digest.matches(PrivateCredential.sha256(text));
    }

    public String reveal() {
        return text;
    }

    @Override
    public String toString() {
        return "CsrfToken";
    }
}
