package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.retry.Backoff;
import java.time.Duration;

/**
 * When a replica that fails is left alone for a while.
 *
 * @param failures how many in a row eject; 0 switches ejection off
 * @param first how long the first ejection lasts; each further one lasts twice as long as the one before
 * @param longest how long an ejection lasts at most
 * @param slowReturn how long it takes after an ejection until the replica gets a full share again
 */
public record EjectionPolicy(int failures, Duration first, Duration longest, Duration slowReturn) {
    static final EjectionPolicy DEFAULT =
            new EjectionPolicy(3, Duration.ofSeconds(5), Duration.ofMinutes(2), Duration.ofSeconds(10));

    public EjectionPolicy {
        if (failures < 0) {
            throw new IllegalArgumentException("failures must not be negative, was " + failures);
        }
        if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0 || slowReturn.isNegative()) {
            throw new IllegalArgumentException("an ejection must last longer than zero and not more than " + longest
                    + ", was " + first + "; the return must not be negative, was " + slowReturn);
        }
    }

    /** How long this ejection lasts, if it is the {@code ejections}th in a row. Nobody comes back together here: requests find out one by one. */
    Duration lasts(int ejections) {
        return new Backoff(first, longest, 0).after(ejections);
    }
}
