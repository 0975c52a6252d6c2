package dev.inferencekey.server.domain.policy;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Opens at the times of a cron expression of five fields, each time for the same duration.
 *
 * <p>Notes. The expression is evaluated on a clock without a zone, and the zone is laid over it here, one stretch between two changes
 * of the clock after the other. Left to itself, cron-utils would leave out the 02:30 of the day on which 02:30 does not exist. On the day
 * that has 02:30 twice, an expression that names its hours and minutes opens the first time, and one with an asterisk there goes on as the
 * minutes pass: both as cron itself does.
 */
final class CronSchedule implements Schedule {
    private static final CronParser PARSER = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

    /** Where the search for a first execution begins: it only has to find whether there is one at all. */
    private static final LocalDateTime ANY_TIME = LocalDateTime.of(2024, 1, 1, 0, 0);

    /** Clocks change twice a year; 29 February may be eight years away. */
    private static final int MOST_STRETCHES = 40;

    private final ExecutionTime times;
    private final Duration open;
    private final ZoneId zone;
    /** Whether times that come twice count once. */
    private final boolean once;

    private CronSchedule(ExecutionTime times, boolean once, Duration open, ZoneId zone) {
        this.times = times;
        this.once = once;
        this.open = open;
        this.zone = zone;
    }

    /**
     * Reads the expression.
     *
     * @throws IllegalArgumentException with a message that goes on after the field's path
     */
    static CronSchedule parse(String expression, Duration open, ZoneId zone) {
        ExecutionTime times;
        try {
            times = ExecutionTime.forCron(PARSER.parse(expression));
        } catch (RuntimeException e) { // it throws several kinds, with messages for its own developers
            throw new IllegalArgumentException("must be a cron expression of five fields such as 0 2 * * *", e);
        }
        String[] fields = expression.strip().split("\\s+", 3);
        boolean once = !fields[0].startsWith("*") && !fields[1].startsWith("*");
        CronSchedule schedule = new CronSchedule(times, once, open, zone);
        if (schedule.localFrom(ANY_TIME) == null) {
            throw new IllegalArgumentException("names a time that never comes");
        }
        return schedule;
    }

    @Override
    public Optional<Opening> latest(Instant now) {
        ZoneRules rules = zone.getRules();
        // An opening that began more than its duration ago has ended and need not be found.
        Instant tooOld = now.minus(open);
        Instant upTo = now;
        boolean included = true;
        for (int i = 0; i < MOST_STRETCHES && !upTo.isBefore(tooOld); i++) {
            ZoneOffsetTransition begin = included ? lastTransition(rules, upTo) : rules.previousTransition(upTo);
            ZoneOffset offset =
                    begin == null ? rules.getOffset(included ? upTo : upTo.minusNanos(1)) : begin.getOffsetAfter();
            LocalDateTime localEnd = LocalDateTime.ofInstant(upTo, offset);
            LocalDateTime last = included ? localUpTo(localEnd) : localBefore(localEnd);
            if (last != null && (begin == null || !last.isBefore(firstOf(begin)))) {
                return Optional.of(opening(last.toInstant(offset)));
            }
            if (begin == null) {
                return Optional.empty();
            }
            if (fallsInto(begin)) {
                return Optional.of(opening(begin.getInstant()));
            }
            upTo = begin.getInstant();
            included = false;
        }
        return Optional.empty();
    }

    @Override
    public Optional<Opening> next(Instant after) {
        ZoneRules rules = zone.getRules();
        Instant from = after;
        boolean included = false;
        for (int i = 0; i < MOST_STRETCHES; i++) {
            ZoneOffset offset = rules.getOffset(from);
            LocalDateTime localStart = LocalDateTime.ofInstant(from, offset);
            ZoneOffsetTransition begin = lastTransition(rules, from);
            LocalDateTime counts = begin == null ? localStart : firstOf(begin);
            LocalDateTime first = localStart.isBefore(counts)
                    ? localFrom(counts)
                    : included ? localFrom(localStart) : localAfter(localStart);
            if (first == null) {
                return Optional.empty();
            }
            ZoneOffsetTransition end = rules.nextTransition(from);
            if (end == null || first.isBefore(end.getDateTimeBefore())) {
                return Optional.of(opening(first.toInstant(offset)));
            }
            if (fallsInto(end)) {
                return Optional.of(opening(end.getInstant()));
            }
            from = end.getInstant();
            included = true;
        }
        return Optional.empty();
    }

    private Opening opening(Instant start) {
        return new Opening(start, start.plus(open));
    }

    /** The first local time that counts after a change of the clock. */
    private LocalDateTime firstOf(ZoneOffsetTransition change) {
        return once && change.isOverlap() ? change.getDateTimeBefore() : change.getDateTimeAfter();
    }

    /** Whether a time of the expression is among those that the change of the clock skips. */
    private boolean fallsInto(ZoneOffsetTransition change) {
        if (!change.isGap()) {
            return false;
        }
        LocalDateTime first = localFrom(change.getDateTimeBefore());
        return first != null && first.isBefore(change.getDateTimeAfter());
    }

    private static @Nullable ZoneOffsetTransition lastTransition(ZoneRules rules, Instant upTo) {
        return rules.previousTransition(upTo.plusNanos(1));
    }

    private @Nullable LocalDateTime localAfter(LocalDateTime local) {
        return times.nextExecution(local.atZone(ZoneOffset.UTC))
                .map(ZonedDateTime::toLocalDateTime)
                .orElse(null);
    }

    // The expression has whole minutes, so a nanosecond's step does not jump over one.
    private @Nullable LocalDateTime localFrom(LocalDateTime local) {
        return localAfter(local.minusNanos(1));
    }

    private @Nullable LocalDateTime localBefore(LocalDateTime local) {
        return times.lastExecution(local.atZone(ZoneOffset.UTC))
                .map(ZonedDateTime::toLocalDateTime)
                .orElse(null);
    }

    private @Nullable LocalDateTime localUpTo(LocalDateTime local) {
        return localBefore(local.plusNanos(1));
    }
}
