package dev.inferencekey.internal;

import java.time.Duration;

/** Durations as nanoseconds, for arithmetic with {@link Timing#nanoTime()}. */
public final class Nanos {
    /** About 146 years: as long as "for ever" gets without overflow when it is added to a reading of the clock. */
    private static final long LONGEST = Long.MAX_VALUE / 2;

    private Nanos() {}

    /** The length in nanoseconds, at least 0; lengths beyond a century become one that is safe to add. */
    public static long of(Duration duration) {
        if (duration.isNegative()) {
            return 0;
        }
        return duration.compareTo(Duration.ofNanos(LONGEST)) > 0 ? LONGEST : duration.toNanos();
    }
}
