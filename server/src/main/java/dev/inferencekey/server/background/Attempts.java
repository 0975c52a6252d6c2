package dev.inferencekey.server.background;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How starting one generation of a workload has gone. Immutable.
 *
 * @param failures in a row; begins anew after a replica was ready for long
 * @param lastFailure why the last one failed, null if none did
 * @param notBefore when the next start is allowed, null for at once
 */
record Attempts(
        int failures,
        @Nullable String lastFailure,
        boolean retryable,
        @Nullable Instant notBefore) {
    static final Attempts NONE = new Attempts(0, null, true, null);

    /** Ready for as long as this, and a failure counts as the first again. */
    static final Duration STEADY = Duration.ofMinutes(10);

    /** Another start of what can't work is tried this late, in case something outside was mended. */
    static final Duration HOPELESS_PAUSE = Duration.ofMinutes(5);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
    private static final double JITTER = 0.2;
    private static final int FAILURES_THAT_ARE_AN_ERROR = 3;

    /**
     * @param readyFor how long the replica was ready before it failed, null if it never was
     * @param jitter spreads restarts, so that what failed together does not come back together
     */
    Attempts afterFailure(
            String message, boolean canRetry, @Nullable Duration readyFor, Instant now, RandomGenerator jitter) {
        boolean wasSteady = readyFor != null && readyFor.compareTo(STEADY) >= 0;
        int count = wasSteady ? 1 : failures + 1;
        Duration pause = canRetry ? pause(count, jitter) : HOPELESS_PAUSE;
        return new Attempts(count, message, canRetry, now.plus(pause));
    }

    private static Duration pause(int count, RandomGenerator jitter) {
        // 2^6 seconds are more than the longest pause.
        Duration doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(count - 1, 6));
        Duration bounded = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
        double factor = 1 + JITTER * (2 * jitter.nextDouble() - 1);
        return Duration.ofMillis((long) (bounded.toMillis() * factor));
    }

    boolean mayStart(Instant now) {
        return notBefore == null || !now.isBefore(notBefore);
    }

    /** Whether it is time to call it an error, and not a hitch. */
    boolean isError() {
        return !retryable || failures >= FAILURES_THAT_ARE_AN_ERROR;
    }
}
