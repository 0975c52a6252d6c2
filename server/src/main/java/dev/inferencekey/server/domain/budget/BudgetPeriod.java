package dev.inferencekey.server.domain.budget;

import dev.inferencekey.server.domain.InvalidFieldException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How often a budget begins again. Each time belongs to exactly one period: from its start (included) to its end (excluded), which is the
 * next one's start.
 *
 * <p>Notes. Days, weeks (from Monday on) and months are those of the calendar in the budget's time zone: a day in which the clocks change has
 * 23 or 25 hours, and begins with its first moment where midnight is left out. An hour always has 60 minutes; it begins on the full hour of the
 * zone's standard time, so that an hour that the clocks go through twice is two.
 */
public enum BudgetPeriod {
    HOUR,
    DAY,
    WEEK,
    MONTH,
    /** Never begins again. */
    TOTAL;

    private final String wire = name().toLowerCase(Locale.ROOT);

    /** The word for it in the API and in the store. */
    public String wire() {
        return wire;
    }

    /**
     * The period of this name.
     *
     * @param field is named if there is none
     */
    public static BudgetPeriod parse(String field, String text) {
        for (BudgetPeriod period : values()) {
            if (period.wire.equals(text)) {
                return period;
            }
        }
        throw new InvalidFieldException(
                field,
                field + " must be one of "
                        + Arrays.stream(values()).map(BudgetPeriod::wire).collect(Collectors.joining(", ")));
    }

    /** When the period that {@code time} belongs to began; 1970 for {@link #TOTAL}. */
    public Instant start(Instant time, ZoneId zone) {
        return switch (this) {
            case HOUR -> hour(time, zone);
            case DAY -> date(time, zone).atStartOfDay(zone).toInstant();
            case WEEK -> monday(time, zone).atStartOfDay(zone).toInstant();
            case MONTH -> date(time, zone).withDayOfMonth(1).atStartOfDay(zone).toInstant();
            case TOTAL -> Instant.EPOCH;
        };
    }

    /** When the period that {@code time} belongs to ends and the next one begins; null for {@link #TOTAL}. */
    public @Nullable Instant end(Instant time, ZoneId zone) {
        return switch (this) {
            case HOUR -> hour(time, zone).plus(Duration.ofHours(1));
            case DAY -> date(time, zone).plusDays(1).atStartOfDay(zone).toInstant();
            case WEEK -> monday(time, zone).plusWeeks(1).atStartOfDay(zone).toInstant();
            case MONTH ->
                date(time, zone)
                        .withDayOfMonth(1)
                        .plusMonths(1)
                        .atStartOfDay(zone)
                        .toInstant();
            case TOTAL -> null;
        };
    }

    private static Instant hour(Instant time, ZoneId zone) {
        ZoneOffset standard = zone.getRules().getStandardOffset(time);
        return time.atOffset(standard).truncatedTo(ChronoUnit.HOURS).toInstant();
    }

    private static LocalDate date(Instant time, ZoneId zone) {
        return time.atZone(zone).toLocalDate();
    }

    private static LocalDate monday(Instant time, ZoneId zone) {
        return date(time, zone).with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
    }
}
