package dev.inferencekey.internal;

import java.time.Duration;
import java.util.List;

/** How long to pause before the next attempt: 1 s, 2 s, 4 s, then 5 s each time. */
public final class Backoff {
    private static final List<Duration> STEPS =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofSeconds(5));

    private Backoff() {}

    /** The pause after {@code failures} attempts in a row that failed, at least 1. */
    public static Duration after(int failures) {
        return STEPS.get(Math.min(failures, STEPS.size()) - 1);
    }
}
