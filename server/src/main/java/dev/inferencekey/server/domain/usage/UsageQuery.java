package dev.inferencekey.server.domain.usage;

import dev.inferencekey.server.domain.InvalidFieldException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What to sum up.
 *
 * @param from included
 * @param to excluded; at most {@link #MAX_RANGE} after {@code from}
 * @param by null for one line of everything
 * @param top how many lines at most, besides one for all others: 1 to {@value #MAX_TOP}
 */
public record UsageQuery(
        Instant from,
        Instant to,
        UsageFilter filter,
        @Nullable UsageDimension by,
        int top) {
    /** The longest time that is summed up. */
    public static final Duration MAX_RANGE = Duration.ofDays(5_000);

    /** The most lines. */
    public static final int MAX_TOP = 1_000;

    /** The last time that can be asked for. */
    public static final Instant END = Instant.parse("9999-01-01T00:00:00Z");

    public UsageQuery {
        requireRange(from, to);
        if (top < 1 || top > MAX_TOP) {
            throw new InvalidFieldException("top", "top must be a whole number from 1 to " + MAX_TOP);
        }
    }

    /** Refuses what is no time, none that anything happened in, or longer than what is summed up. */
    public static void requireRange(Instant from, Instant to) {
        requireTime(from, to);
        if (Duration.between(from, to).compareTo(MAX_RANGE) > 0) {
            throw new InvalidFieldException("from", "from must be at most " + MAX_RANGE.toDays() + " days before to");
        }
    }

    /** Refuses what is no time, or none that anything happened in. */
    public static void requireTime(Instant from, Instant to) {
        if (!from.isBefore(to)) {
            throw new InvalidFieldException("from", "from must be before to");
        }
        if (from.isBefore(Instant.EPOCH)) {
            throw new InvalidFieldException("from", "from must not be before 1970");
        }
        if (to.isAfter(END)) {
            throw new InvalidFieldException("to", "to must not be after the year 9998");
        }
    }
}
