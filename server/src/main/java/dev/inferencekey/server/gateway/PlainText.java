package dev.inferencekey.server.gateway;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The part of a JSON string that stands for itself: ASCII without quotes, backslashes and control characters. Stateless. */
final class PlainText {
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final long QUOTES = ONES * '"';
    private static final long BACKSLASHES = ONES * '\\';
    private static final long SPACES = ONES * ' ';

    private PlainText() {}

    /** Where the first byte is that does not stand for itself; {@code to} if there is none. Looks at eight bytes in one step. */
    static int end(byte[] in, int from, int to) {
        int i = from;
        while (to - i >= Long.BYTES) {
            long word = (long) LONG_LE.get(in, i);
            // The lowest set bit marks the first of them; bits above it may be borrows.
            long special = (word | ((word ^ QUOTES) - ONES) | ((word ^ BACKSLASHES) - ONES) | (word - SPACES)) & HIGHS;
            if (special != 0) {
                return i + (Long.numberOfTrailingZeros(special) >>> 3);
            }
            i += Long.BYTES;
        }
        while (i < to && in[i] >= ' ' && in[i] != '"' && in[i] != '\\') {
            i++;
        }
        return i;
    }
}
