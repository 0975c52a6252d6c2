package dev.inferencekey.server.store.transfer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A checksum over rows in any order: the sum of a hash of each. The same rows have the same checksum on either kind of database. Not
 * thread-safe.
 */
final class RowDigest {
    private static final byte NOTHING = 0;
    private static final byte INTEGER = 1;
    private static final byte TEXT = 2;
    private static final byte BYTES = 3;

    private final MessageDigest row;
    private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
    private long rows;
    private long high;
    private long low;

    RowDigest() {
        try {
            row = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** Adds a row: {@code Long}, {@code String}, {@code byte[]} or null for each column. */
    void add(@Nullable Object[] values) {
        for (Object value : values) {
            switch (value) {
                case null -> row.update(NOTHING);
                case Long integer -> {
                    row.update(INTEGER);
                    update(integer);
                }
                case String text -> bytes(TEXT, text.getBytes(StandardCharsets.UTF_8));
                case byte[] bytes -> bytes(BYTES, bytes);
                default -> throw new IllegalArgumentException("no column holds a " + value.getClass());
            }
        }
        ByteBuffer hash = ByteBuffer.wrap(row.digest());
        high += hash.getLong();
        low += hash.getLong();
        rows++;
    }

    private void bytes(byte kind, byte[] bytes) {
        row.update(kind);
        update(bytes.length);
        row.update(bytes);
    }

    private void update(long value) {
        row.update(number.clear().putLong(value).flip());
    }

    long rows() {
        return rows;
    }

    /** 32 hexadecimal digits. */
    String checksum() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
