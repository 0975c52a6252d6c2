package dev.inferencekey.server.domain.retry;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: twice as long after each failure in a row, up to a longest, and each time a little shorter or
 * longer, so that many that failed together do not come back together.
 *
 * @param first the wait after one failure, longer than zero
 * @param longest not shorter than {@code first}
 * @param spread by which share of itself a wait is shortened or lengthened at most: 0 for never, less than 1
 */
public record Backoff(Duration first, Duration longest, double spread) {
    private static final int MAX_SHIFT = 30;

    public Backoff {
        if (!first.isPositive() || longest.compareTo(first) < 0 || !(spread >= 0 && spread < 1)) {
            throw new IllegalArgumentException(
                    "a back-off must begin above zero, not end before it begins, and spread by less than all of it, was "
                            + first + ", " + longest + ", " + spread);
        }
    }

    /** The wait after this many failures in a row, at least 1. */
    public Duration after(int failures, RandomGenerator random) {
        return jittered(after(failures), random);
    }

    /** The same without chance. */
    public Duration after(int failures) {
        Duration doubled = first.multipliedBy(1L << Math.min(MAX_SHIFT, Math.max(0, failures - 1)));
        return doubled.compareTo(longest) > 0 ? longest : doubled;
    }

    private Duration jittered(Duration wait, RandomGenerator random) {
        double factor = 1 + spread * (2 * random.nextDouble() - 1);
        return Duration.ofNanos((long) (wait.toNanos() * factor));
    }
}
