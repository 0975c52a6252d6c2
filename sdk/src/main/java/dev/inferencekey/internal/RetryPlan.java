package dev.inferencekey.internal;

import java.time.Duration;
import java.util.Optional;

/** Whether and when one call is tried again. Begins with the call; for its steps, which follow each other. */
final class RetryPlan {
    private final Call.Retry rule;
    private final Retries retries;
    private final Timing timing;
    private final long deadline;
    private final long lastStart;

    RetryPlan(Call call, Retries retries, Timing timing) {
        this.rule = call.retry();
        this.retries = retries;
        this.timing = timing;
        long now = timing.nanoTime();
        this.deadline = now + Nanos.of(call.timeout());
        this.lastStart = now + Math.min(Nanos.of(call.timeout()), Nanos.of(call.retryFor()));
    }

    /** When the call's time is up, on the clock of the timing. */
    long deadline() {
        return deadline;
    }

    /** The pause before the next attempt after {@code attempts} that ended with this answer; empty if the answer is what the caller gets. */
    Optional<Duration> after(int attempts, Reply reply) {
        if (mayRetry(reply)) {
            return pause(attempts, RetryAfter.of(reply, timing.instant()));
        }
        if (!Failure.isOverloaded(reply.status())) {
            retries.budget().succeeded(attempts);
        }
        return Optional.empty();
    }

    /** The pause before the next attempt after {@code attempts} that ended like this; empty if the failure is what the caller gets. */
    Optional<Duration> after(int attempts, Throwable failure) {
        return mayRetry(failure) ? pause(attempts, Optional.empty()) : Optional.empty();
    }

    private boolean mayRetry(Reply reply) {
        return switch (rule) {
            case NOTHING_SENT -> false;
            case IDEMPOTENT -> Failure.isTransient(reply.status());
            case INFERENCE -> Failure.isOverloaded(reply.status());
        };
    }

    private boolean mayRetry(Throwable failure) {
        return rule == Call.Retry.NOTHING_SENT ? Failure.nothingSent(failure) : Failure.isTransient(failure);
    }

    /** Empty if the next attempt would begin too late, be one too many, or cost more than the budget has. */
    private Optional<Duration> pause(int attempts, Optional<Duration> asked) {
        long left = Math.min(lastStart, deadline - 1) - timing.nanoTime();
        if (attempts >= retries.maxAttempts() || left < 0) {
            return Optional.empty();
        }
        Optional<Duration> planned = retries.backoff().pause(attempts, asked, Duration.ofNanos(left), timing.random());
        return planned.isPresent() && retries.budget().take() ? planned : Optional.empty();
    }
}
