package dev.inferencekey.server.background;

import dev.inferencekey.server.domain.retry.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When a workload whose replicas fail is tried again: after 1 s, 2 s, 4 s, … 60 s, each shortened or lengthened by up to a fifth so that
 * many do not come back at once; after 5 minutes if trying again with the same declaration can hardly help. Confined to one thread.
 */
final class Restarts {
    private static final double SPREAD = 0.2;
    private static final Backoff USUAL = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60), SPREAD);
    private static final Backoff HOPELESS = new Backoff(Duration.ofMinutes(5), Duration.ofMinutes(5), SPREAD);

    /** From then on the workload is said to have failed; before, a slip of the first moments is not worth the word. */
    private static final int FAILURES_TO_TELL = 3;

    private final RandomGenerator random;
    private int failures;
    private boolean hopeless;
    private Instant notBefore = Instant.MIN;
    private @Nullable String reason;

    Restarts(RandomGenerator random) {
        this.random = random;
    }

    void failed(String why, boolean retryable, Instant now) {
        failures++;
        hopeless = !retryable;
        reason = why;
        notBefore = now.plus((hopeless ? HOPELESS : USUAL).after(failures, random));
    }

    /** A replica has been well for long: what failed before does not count any more. */
    void forgive() {
        failures = 0;
        hopeless = false;
        notBefore = Instant.MIN;
    }

    /** Nothing that failed before says anything about what comes now: another version is declared, or one is ready. */
    void forget() {
        forgive();
        reason = null;
    }

    /** A replica became ready: the failure is over, but the next one will still be spaced out. */
    void recovered() {
        hopeless = false;
        reason = null;
    }

    boolean mayStart(Instant now) {
        return !now.isBefore(notBefore);
    }

    /** When {@link #mayStart} turns true; null if it is. */
    @Nullable
    Instant nextAttempt(Instant now) {
        return mayStart(now) ? null : notBefore;
    }

    /** Why the last replica failed; null if none did since the last one was ready. */
    @Nullable
    String reason() {
        return reason;
    }

    /** Whether the workload should be called failed. */
    boolean isFailure() {
        return reason != null && (hopeless || failures >= FAILURES_TO_TELL);
    }
}
