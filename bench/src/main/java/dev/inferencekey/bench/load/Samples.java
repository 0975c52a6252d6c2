package dev.inferencekey.bench.load;

import dev.inferencekey.bench.report.Statistics;
import java.util.Arrays;

/** Durations that were seen, nanoseconds. Not thread-safe. */
public final class Samples {
    private long[] nanos = new long[1 << 16];
    private int size;

    void add(long value) {
        if (size == nanos.length) {
            nanos = Arrays.copyOf(nanos, size * 2);
        }
        nanos[size++] = value;
    }

    public int size() {
        return size;
    }

    /** Nanoseconds. */
    public long percentile(double percent) {
        return Statistics.percentile(Arrays.copyOf(nanos, size), percent);
    }
}
