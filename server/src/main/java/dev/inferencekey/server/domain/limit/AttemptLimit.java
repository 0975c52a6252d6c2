package dev.inferencekey.server.domain.limit;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How often something may be tried: {@code attempts} at once, and one more each {@code refill}. What was used of it is one instant, the one at
 * which all attempts are there again; a bucket that is full has none.
 *
 * @param attempts at least 1
 * @param refill longer than zero
 */
public record AttemptLimit(int attempts, Duration refill) {
    public AttemptLimit {
        if (attempts < 1 || !refill.isPositive()) {
            throw new IllegalArgumentException(
                    "a limit of attempts must let some through, was " + attempts + " per " + refill);
        }
    }

    /** When the bucket is full again after one attempt more; empty if there is none left. */
    public Optional<Instant> after(Instant fullAt, Instant now) {
        return wait(fullAt, now).isPositive() ? Optional.empty() : Optional.of(next(fullAt, now));
    }

    /** How long to wait for the next attempt; not positive if there is one. */
    public Duration wait(Instant fullAt, Instant now) {
        return Duration.between(now.plus(capacity()), next(fullAt, now));
    }

    /** How long an empty bucket takes to be full. */
    public Duration capacity() {
        return refill.multipliedBy(attempts);
    }

    private Instant next(Instant fullAt, Instant now) {
        return (fullAt.isBefore(now) ? now : fullAt).plus(refill);
    }
}
