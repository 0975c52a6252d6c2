package dev.inferencekey;

import java.time.Duration;
import java.util.Objects;

/**
 * How a {@link DataClient} tries calls again: how often, after which pauses, and how much all of its retries together may add to the load.
 * What is tried again at all is {@link DataClient.Builder#retryInference}; until when is {@link ClientBuilder#retryFor}. Immutable.
 *
 * <p>The pause before the n-th retry is {@code baseDelay} times 2 to the power of n - 1, at most {@code maxDelay}, plus a random part of up to
 * {@code jitter} times that, so that clients that failed together don't come back together. {@code Retry-After} takes the place of the
 * computed pause; only the random part is added to it. No retry begins after the call's time limit: if the pause does not fit in, the call
 * fails at once.
 *
 * <p>The budget is a bucket of tokens, one for each client. It is full at the start. A retry takes a token and does not happen if there is
 * none; a call that succeeds at the first attempt gives back a tenth of one, and a call that succeeds after retries gives back the last
 * retry's. When everything fails, a client therefore sends at most {@code budget} retries, however many calls it makes.
 *
 * @param maxAttempts of one call, the first included, at least 1; by default as many as there is time for
 * @param baseDelay longer than zero; default 1 s
 * @param maxDelay at least {@code baseDelay}; default 5 s
 * @param jitter from 0 to 1; default 0.2
 * @param budget at least 0, where 0 means no retries; default 100
 */
public record RetryPolicy(int maxAttempts, Duration baseDelay, Duration maxDelay, double jitter, int budget) {
    private static final RetryPolicy DEFAULTS =
            new RetryPolicy(Integer.MAX_VALUE, Duration.ofSeconds(1), Duration.ofSeconds(5), 0.2, 100);

    /** @throws ConfigurationException if a value is out of its range */
    public RetryPolicy {
        Objects.requireNonNull(baseDelay, "baseDelay");
        Objects.requireNonNull(maxDelay, "maxDelay");
        require(maxAttempts >= 1, "maxAttempts must be at least 1");
        require(!baseDelay.isNegative() && !baseDelay.isZero(), "baseDelay must be longer than zero");
        require(maxDelay.compareTo(baseDelay) >= 0, "maxDelay must be at least baseDelay");
        require(jitter >= 0 && jitter <= 1, "jitter must be from 0 to 1");
        require(budget >= 0, "budget must be at least 0");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new ConfigurationException(message);
        }
    }

    /** Pauses of 1 s, 2 s, 4 s, then 5 s, each up to a fifth longer; as many attempts as there is time for; 100 retries of budget. */
    public static RetryPolicy defaults() {
        return DEFAULTS;
    }

    /** The same with another number of attempts, the first included. */
    public RetryPolicy withMaxAttempts(int value) {
        return new RetryPolicy(value, baseDelay, maxDelay, jitter, budget);
    }

    /** The same with other pauses: the first, and the longest. */
    public RetryPolicy withDelays(Duration first, Duration longest) {
        return new RetryPolicy(maxAttempts, first, longest, jitter, budget);
    }

    /** The same with another random part, from 0 to 1. */
    public RetryPolicy withJitter(double value) {
        return new RetryPolicy(maxAttempts, baseDelay, maxDelay, value, budget);
    }

    /** The same with another budget of retries. */
    public RetryPolicy withBudget(int value) {
        return new RetryPolicy(maxAttempts, baseDelay, maxDelay, jitter, value);
    }
}
