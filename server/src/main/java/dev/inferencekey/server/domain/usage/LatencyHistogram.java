package dev.inferencekey.server.domain.usage;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Counts of times by size, from which percentiles are told with a relative error of at most {@link #MAX_ERROR}. Two of them can be put
 * together without losing anything, in any order. Used by one thread.
 *
 * <p>Notes. Each power of two is divided into {@value #STEPS} equal steps, so that a step is found with shifts alone and is the same on
 * every machine. Below {@value #STEPS} microseconds steps are exact. What is told is the middle of a step.
 */
public final class LatencyHistogram {
    /** The most that a percentile is off, relative to the true one. */
    public static final double MAX_ERROR = 1.0 / 32;

    /** The longest time that is told apart, in microseconds: some fifty days. Longer ones count as this. */
    static final long MAX_MICROS = (1L << 42) - 1;

    private static final int STEP_BITS = 4;
    private static final int STEPS = 1 << STEP_BITS;

    // Invariant: counts[i] is the count of step first + i, and total is their sum.
    private long[] counts = new long[0];
    private int first;
    private long total;

    /** Counts one time, in microseconds; negative ones count as zero. */
    public void add(long micros) {
        add(step(micros), 1);
    }

    /** Counts all that the other one counted. */
    public void addAll(LatencyHistogram other) {
        for (int i = 0; i < other.counts.length; i++) {
            if (other.counts[i] > 0) {
                add(other.first + i, other.counts[i]);
            }
        }
    }

    /** How many were counted. */
    public long count() {
        return total;
    }

    /**
     * The time that this share of all times does not exceed (nearest rank), in microseconds; empty if none was counted.
     *
     * @param share above 0, at most 1
     */
    public OptionalLong percentile(double share) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be above 0 and at most 1, was " + share);
        }
        if (total == 0) {
            return OptionalLong.empty();
        }
        long rank = rank(share, total);
        long seen = 0;
        int step = 0;
        while (seen + counts[step] < rank) {
            seen += counts[step++];
        }
        return OptionalLong.of(middle(first + step));
    }

    /** Which of {@code count} sorted values is the percentile, from 1. */
    static long rank(double share, long count) {
        return Math.clamp((long) Math.ceil(share * count), 1, count);
    }

    /** The counts in few bytes, for {@link #addEncoded}. */
    public byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(3 * counts.length);
        int before = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                writeNumber(bytes, first + i - before);
                writeNumber(bytes, counts[i]);
                before = first + i;
            }
        }
        return bytes.toByteArray();
    }

    /** Counts all that {@link #encode} wrote down. */
    public void addEncoded(byte[] encoded) {
        int at = 0;
        int step = 0;
        while (at < encoded.length) {
            // Most numbers have one byte; this runs for every number of every sum that is read.
            long gap = 0;
            long count = 0;
            int shift = 0;
            while (encoded[at] < 0) {
                gap |= (encoded[at++] & 0x7fL) << shift;
                shift += 7;
            }
            gap |= (long) encoded[at++] << shift;
            shift = 0;
            while (encoded[at] < 0) {
                count |= (encoded[at++] & 0x7fL) << shift;
                shift += 7;
            }
            count |= (long) encoded[at++] << shift;
            step += (int) gap;
            add(step, count);
        }
    }

    private static void writeNumber(ByteArrayOutputStream bytes, long number) {
        long rest = number;
        while (rest > 0x7f) {
            bytes.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }

    private void add(int step, long count) {
        int index = step - first;
        if (index < 0 || index >= counts.length) {
            makeRoomFor(step);
            index = step - first;
        }
        counts[index] += count;
        total += count;
    }

    private void makeRoomFor(int step) {
        if (counts.length == 0) {
            first = step;
            counts = new long[1];
        } else if (step < first) {
            long[] more = new long[counts.length + first - step];
            System.arraycopy(counts, 0, more, first - step, counts.length);
            counts = more;
            first = step;
        } else {
            counts = Arrays.copyOf(
                    counts, Math.max(step - first + 1, Math.min(counts.length + STEPS, counts.length * 2)));
        }
    }

    private static int step(long micros) {
        if (micros < STEPS) {
            return (int) Math.max(0, micros);
        }
        long bounded = Math.min(micros, MAX_MICROS);
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(bounded);
        int within = (int) (bounded >>> (power - STEP_BITS)) & (STEPS - 1);
        return STEPS + (power - STEP_BITS) * STEPS + within;
    }

    private static long middle(int step) {
        if (step < STEPS) {
            return step;
        }
        int shift = step / STEPS - 1;
        long lowest = (long) (STEPS + step % STEPS) << shift;
        return lowest + ((1L << shift) - 1) / 2;
    }
}
