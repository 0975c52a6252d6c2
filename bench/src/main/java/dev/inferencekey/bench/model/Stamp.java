package dev.inferencekey.bench.model;

import io.netty.buffer.ByteBuf;

/**
 * A moment of this machine's monotonic clock, written into a chunk so that its reader can tell how long it was under way. All
 * processes of one machine see the same clock ({@code System.nanoTime} is {@code CLOCK_MONOTONIC} on Linux).
 */
public final class Stamp {
    /** How many digits a stamp has. */
    public static final int LENGTH = 19;

    static final String NONE = "0".repeat(LENGTH);

    /** What stands before the digits. */
    private static final byte[] BEFORE = {'"', 'c', 'o', 'n', 't', 'e', 'n', 't', '"', ':', '"'};

    private Stamp() {}

    static void write(ByteBuf out, int at, long nanos) {
        long rest = nanos;
        for (int i = at + LENGTH - 1; i >= at; i--) {
            out.setByte(i, (int) ('0' + rest % 10));
            rest /= 10;
        }
    }

    /** The index behind the next stamp between {@code from} and {@code to}, -1 if there is no whole one. */
    public static int after(ByteBuf in, int from, int to) {
        int last = to - BEFORE.length - LENGTH;
        for (int i = from; i <= last; i++) {
            if (in.getByte(i) == '"' && begins(in, i)) {
                return i + BEFORE.length + LENGTH;
            }
        }
        return -1;
    }

    /** The stamp that ends before {@code end}, nanoseconds; -1 if those are no digits. */
    public static long read(ByteBuf in, int end) {
        long value = 0;
        for (int i = end - LENGTH; i < end; i++) {
            int digit = in.getByte(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private static boolean begins(ByteBuf in, int at) {
        for (int k = 1; k < BEFORE.length; k++) {
            if (in.getByte(at + k) != BEFORE[k]) {
                return false;
            }
        }
        return true;
    }
}
