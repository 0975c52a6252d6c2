package dev.inferencekey.server.domain.policy;

import dev.inferencekey.server.domain.JsonFields;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One replica while the schedule is open, none otherwise. */
public record Scheduled(Schedule schedule) implements ExecutionPolicy {
    static final String WIRE = "scheduled";

    private static final String CRON = "cron";
    private static final String DURATION_MINUTES = "duration_minutes";
    private static final String TIMEZONE = "timezone";
    private static final String WINDOW = "window";

    private static final int LONGEST_TEXT = 200;
    private static final int DEFAULT_DURATION_MINUTES = 60;
    private static final int WEEK_MINUTES = 7 * 24 * 60;

    /** How many openings that touch each other are followed; a bound on work, see {@link #nextChange}. */
    private static final int LONGEST_CHAIN = 100;

    static Scheduled parse(JsonFields fields) {
        fields.refuseUnknown(List.of(CRON, DURATION_MINUTES, TIMEZONE, WINDOW));
        String cron = fields.nonBlankText(CRON, LONGEST_TEXT);
        String window = fields.nonBlankText(WINDOW, LONGEST_TEXT);
        Integer minutes = fields.integer(DURATION_MINUTES, 1, WEEK_MINUTES);
        String timezone = fields.nonBlankText(TIMEZONE, LONGEST_TEXT);
        if (window != null) {
            for (String other : List.of(CRON, DURATION_MINUTES, TIMEZONE)) {
                if (fields.has(other)) {
                    throw fields.wrong(other, "does not go together with window");
                }
            }
            try {
                return new Scheduled(WindowSchedule.parse(window));
            } catch (IllegalArgumentException e) {
                throw fields.wrong(WINDOW, String.valueOf(e.getMessage()));
            }
        }
        if (cron == null) {
            throw fields.wrong(CRON, "is required for a scheduled workload, unless there is a window");
        }
        Duration open = Duration.ofMinutes(minutes == null ? DEFAULT_DURATION_MINUTES : minutes);
        try {
            return new Scheduled(CronSchedule.parse(cron, open, zone(fields, timezone)));
        } catch (IllegalArgumentException e) {
            throw fields.wrong(CRON, String.valueOf(e.getMessage()));
        }
    }

    private static ZoneId zone(JsonFields fields, @Nullable String timezone) {
        if (timezone == null) {
            return ZoneOffset.UTC;
        }
        try {
            return ZoneId.of(timezone);
        } catch (DateTimeException e) {
            throw fields.wrong(TIMEZONE, "is not a time zone such as Europe/Madrid or UTC");
        }
    }

    @Override
    public String wire() {
        return WIRE;
    }

    @Override
    public int desiredReplicas(Instant now, int demand) {
        return isOpen(now) ? 1 : 0;
    }

    @Override
    public boolean isOpen(Instant now) {
        return current(now) != null;
    }

    @Override
    public Optional<Instant> nextOpening(Instant now) {
        return isOpen(now) ? Optional.empty() : schedule.next(now).map(Schedule.Opening::start);
    }

    /**
     * The next opening or closing. While one opening leads into the next for very long, some instant before the closing: looking
     * again there finds it still open.
     */
    @Override
    public Optional<Instant> nextChange(Instant now) {
        Schedule.Opening opening = current(now);
        if (opening == null) {
            return nextOpening(now);
        }
        Instant end = opening.end();
        for (int i = 0; i < LONGEST_CHAIN; i++) {
            Schedule.Opening next = schedule.next(opening.start()).orElse(null);
            if (next == null || next.start().isAfter(end)) {
                break;
            }
            opening = next;
            end = later(end, next.end());
        }
        return Optional.of(end);
    }

    private Schedule.@Nullable Opening current(Instant now) {
        Schedule.Opening latest = schedule.latest(now).orElse(null);
        return latest != null && latest.end().isAfter(now) ? latest : null;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
