package dev.inferencekey.server.domain.credential;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The SHA-256 of a random secret: all that the platform keeps of it. Immutable and thread-safe.
 *
 * <p>Notes. Four numbers instead of an array: there is one for each key, and a second object would be another piece of memory to wait for.
 */
public final class SecretDigest {
    private static final int LENGTH = 32;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final long first;
    private final long second;
    private final long third;
    private final long fourth;

    private SecretDigest(byte[] sha256) {
        first = (long) LONG.get(sha256, 0);
        second = (long) LONG.get(sha256, 8);
        third = (long) LONG.get(sha256, 16);
        fourth = (long) LONG.get(sha256, 24);
    }

    /** Copies the 32 bytes. */
    public static SecretDigest of(byte[] sha256) {
        if (sha256.length != LENGTH) {
            throw new IllegalArgumentException("a SHA-256 has 32 bytes, not " + sha256.length);
        }
        return new SecretDigest(sha256);
    }

    /** Compares in constant time: every bit is looked at, wherever the first difference is. False for another length. */
    public boolean matches(byte[] presentedSha256) {
        return presentedSha256.length == LENGTH
                && ((first ^ (long) LONG.get(presentedSha256, 0))
                                | (second ^ (long) LONG.get(presentedSha256, 8))
                                | (third ^ (long) LONG.get(presentedSha256, 16))
                                | (fourth ^ (long) LONG.get(presentedSha256, 24)))
                        == 0;
    }

    /** The 32 bytes, for the store. */
    public byte[] bytes() {
        return ByteBuffer.allocate(LENGTH)
                .putLong(first)
                .putLong(second)
                .putLong(third)
                .putLong(fourth)
                .array();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SecretDigest that && matches(that.bytes());
    }

    @Override
    public int hashCode() {
        return Long.hashCode(first);
    }

    /** Shows nothing: a digest is of no use to a reader. */
    @Override
    public String toString() {
        return "SecretDigest";
    }
}
