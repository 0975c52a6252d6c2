package dev.inferencekey.server.gateway;

import java.util.ArrayList;
import java.util.List;

/** The fixed bounds of a histogram of times. Immutable and thread-safe. */
final class LatencyBuckets {
    /** From a request's head to the end of its answer: an embedding takes milliseconds, a long answer minutes. */
    static final LatencyBuckets REQUEST = ofMicros(
            1_000,
            2_500,
            5_000,
            10_000,
            25_000,
            50_000,
            100_000,
            250_000,
            500_000,
            1_000_000,
            2_500_000,
            5_000_000,
            10_000_000,
            30_000_000,
            60_000_000,
            120_000_000,
            300_000_000,
            600_000_000);

    /** To connect to a model server, which is near. */
    static final LatencyBuckets CONNECT = ofMicros(
            100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
            5_000_000);

    private static final double MICROS_PER_SECOND = 1e6;

    private final long[] bounds;

    private LatencyBuckets(long[] bounds) {
        this.bounds = bounds;
    }

    private static LatencyBuckets ofMicros(long... bounds) {
        return new LatencyBuckets(bounds);
    }

    /** How many counts there are: one for each bound, and one for what is above all of them. */
    int count() {
        return bounds.length + 1;
    }

    /** Which count a time belongs to. */
    int of(long micros) {
        int bucket = 0;
        while (bucket < bounds.length && micros > bounds[bucket]) {
            bucket++;
        }
        return bucket;
    }

    List<Double> boundsInSeconds() {
        List<Double> seconds = new ArrayList<>();
        for (long bound : bounds) {
            seconds.add(bound / MICROS_PER_SECOND);
        }
        return seconds;
    }
}
