package dev.inferencekey.server.domain.policy;

import java.time.Instant;
import java.util.Optional;

/**
 * A series of openings in time. Of two openings, the one that starts later ends no earlier; so the latest one tells whether the
 * schedule is open. Immutable and thread-safe.
 *
 * <p>Notes on clocks that are put forward or back. A start that falls into the skipped hour takes place when the hour is skipped: a
 * day's capacity does not vanish because of a clock. In the hour that comes twice, a schedule is open whenever the wall clock says
 * so, both times.
 */
public sealed interface Schedule permits CronSchedule, WindowSchedule {
    /** From {@code start}, included, to {@code end}, excluded. */
    record Opening(Instant start, Instant end) {}

    /** The opening with the latest start that is not after {@code now}. It may have ended. */
    Optional<Opening> latest(Instant now);

    /** The opening with the earliest start after {@code after}. */
    Optional<Opening> next(Instant after);
}
