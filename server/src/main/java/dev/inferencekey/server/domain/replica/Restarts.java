package dev.inferencekey.server.domain.replica;

import dev.inferencekey.server.domain.retry.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When a workload whose replicas fail is tried again: after 1 s, 2 s, 4 s, … 60 s, each shortened or lengthened by up to a fifth so that
 * many do not come back at once; after 5 minutes if trying again with the same declaration can hardly help. Immutable and thread-safe.
 *
 * @param failures in a row
 * @param hopeless whether the last one said that another attempt can't help
 * @param notBefore when the next attempt may be made, null for at once
 * @param reason why the last replica failed; null if none did since the last one was ready
 */
public record Restarts(
        int failures,
        boolean hopeless,
        @Nullable Instant notBefore,
        @Nullable String reason) {
    /** Nothing has failed. */
    public static final Restarts NONE = new Restarts(0, false, null, null);

    private static final double SPREAD = 0.2;
    private static final Backoff USUAL = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60), SPREAD);
    private static final Backoff HOPELESS = new Backoff(Duration.ofMinutes(5), Duration.ofMinutes(5), SPREAD);

    /** From then on the workload is said to have failed; before, a slip of the first moments is not worth the word. */
    private static final int FAILURES_TO_TELL = 3;

    public Restarts failed(String why, boolean retryable, Instant now, RandomGenerator random) {
        return new Restarts(
                failures + 1, !retryable, now.plus((retryable ? USUAL : HOPELESS).after(failures + 1, random)), why);
    }

    /** A replica has been well for long: what failed before does not count any more. */
    public Restarts forgiven() {
        return new Restarts(0, false, null, reason);
    }

    /** A replica became ready: the failure is over, but the next one will still be spaced out. */
    public Restarts recovered() {
        return new Restarts(failures, false, notBefore, null);
    }

    public boolean mayStart(Instant now) {
        return notBefore == null || !now.isBefore(notBefore);
    }

    /** When {@link #mayStart} turns true; null if it is. */
    public @Nullable Instant nextAttempt(Instant now) {
        return mayStart(now) ? null : notBefore;
    }

    /** Whether the workload should be called failed. */
    public boolean isFailure() {
        return reason != null && (hopeless || failures >= FAILURES_TO_TELL);
    }
}
