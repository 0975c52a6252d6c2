package dev.inferencekey.server.domain.credential;

import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The SHA-256 of a random secret: all that the platform keeps of it. Immutable and thread-safe. */
public final class SecretDigest {
    private static final int LENGTH = 32;

    private final byte[] sha256;

    private SecretDigest(byte[] sha256) {
        this.sha256 = sha256;
    }

    /** Copies the 32 bytes. */
    public static SecretDigest of(byte[] sha256) {
        if (sha256.length != LENGTH) {
            throw new IllegalArgumentException("a SHA-256 has 32 bytes, not " + sha256.length);
        }
        return new SecretDigest(sha256.clone());
    }

    /** Compares in constant time. */
    public boolean matches(byte[] presentedSha256) {
        return MessageDigest.isEqual(sha256, presentedSha256);
    }

    /** A copy, for the store. */
    public byte[] bytes() {
        return sha256.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SecretDigest that && MessageDigest.isEqual(sha256, that.sha256);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sha256);
    }

    /** Shows nothing: a digest is of no use to a reader. */
    @Override
    public String toString() {
        return "SecretDigest";
    }
}
