package dev.inferencekey.internal;

import java.time.Duration;
import java.util.Optional;

/**
 * How long to pause before the next attempt: exponentially longer, with jitter.
 *
 * <p>Notes. Of the kinds of jitter that AWS's "Exponential Backoff And Jitter" compares and that its SDK for Java 2 has ({@code
 * FullJitterBackoffStrategy}, {@code EqualJitterBackoffStrategy}), this adds the random part on top of the step instead of cutting it off:
 * the protocol names the steps 1 s, 2 s, 4 s, then 5 s, and a server may count on not being asked sooner. So the step is the shortest
 * pause, and the longest is {@code 1 + jitter} times it. What {@code Retry-After} asks for takes the place of the step, and gets the
 * random part of the step: otherwise all who were told the same would come back in the same moment.
 *
 * @param base the first step
 * @param max the longest step
 * @param jitter how much of a step may come on top of it, from 0 to 1
 */
public record Backoff(Duration base, Duration max, double jitter) {
    /** As the protocol has it: 1 s, 2 s, 4 s, then 5 s each time, and up to a fifth more. */
    public static final Backoff STANDARD = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(5), 0.2);

    /** No shift beyond this: a step of a nanosecond would have grown to more than a century. */
    private static final int MAX_DOUBLINGS = 62;

    /** The step after {@code failures} attempts in a row that failed, at least 1. */
    Duration step(int failures) {
        long first = Nanos.of(base);
        long longest = Nanos.of(max);
        int doublings = Math.min(failures - 1, MAX_DOUBLINGS);
        return Duration.ofNanos(first > longest >> doublings ? longest : first << doublings);
    }

    /**
     * The pause after {@code failures} attempts in a row that failed; the random part is left out where there is no time for it.
     *
     * @param asked what the server asks for
     * @param left how much time there is
     * @param random from 0 up to, but not including, 1
     * @return empty if there is no time for the pause
     */
    public Optional<Duration> pause(int failures, Optional<Duration> asked, Duration left, double random) {
        Duration step = step(failures);
        Duration shortest = asked.orElse(step);
        if (shortest.compareTo(left) > 0) {
            return Optional.empty();
        }
        Duration spread = shortest.plusNanos((long) (step.toNanos() * jitter * random));
        return Optional.of(spread.compareTo(left) > 0 ? left : spread);
    }
}
