package dev.inferencekey.server.domain.policy;

import dev.inferencekey.server.domain.JsonFields;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Open at the same hours of some days of the week: {@code Mon-Fri 08:00-20:00 Europe/Madrid}. */
final class WindowSchedule implements Schedule {
    private static final Pattern FORM = Pattern.compile("(?:(?<days>[A-Za-z]+(?:[-,][A-Za-z]+)*)\\s+)?"
            + "(?<start>[0-9]{1,2}:[0-9]{2})\\s*-\\s*(?<end>[0-9]{1,2}:[0-9]{2})(?:\\s+(?<zone>\\S+))?");

    private static final int DAY_MINUTES = 24 * 60;

    private final Set<DayOfWeek> days;
    private final int startMinute;
    // Minutes from the midnight before the start; beyond DAY_MINUTES for a window that ends on the next day.
    private final int endMinute;
    private final ZoneId zone;

    private WindowSchedule(Set<DayOfWeek> days, int startMinute, int endMinute, ZoneId zone) {
        this.days = days;
        this.startMinute = startMinute;
        this.endMinute = endMinute;
        this.zone = zone;
    }

    /**
     * Reads {@code [days] HH:MM-HH:MM [zone]}. Without days it holds every day, without a zone in UTC. A window whose end is not
     * after its start ends on the next day.
     *
     * @throws IllegalArgumentException with a message that goes on after the field's path
     */
    static WindowSchedule parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException("must look like Mon-Fri 08:00-20:00 Europe/Madrid");
        }
        String days = form.group("days");
        int start = minuteOfDay(form.group("start"));
        int end = minuteOfDay(form.group("end"));
        if (start == end || start == DAY_MINUTES) {
            throw new IllegalArgumentException("must last some time; write 00:00-24:00 for a whole day");
        }
        return new WindowSchedule(
                days == null ? EnumSet.allOf(DayOfWeek.class) : days(days),
                start,
                end > start ? end : end + DAY_MINUTES,
                zone(form.group("zone")));
    }

    @Override
    public Optional<Opening> latest(Instant now) {
        LocalDate today = LocalDate.ofInstant(now, zone);
        // Every week has an opening; a day more on either side covers windows over midnight and shifted clocks.
        for (int back = -1; back <= 8; back++) {
            LocalDate day = today.minusDays(back);
            if (days.contains(day.getDayOfWeek())) {
                Opening opening = openingOf(day);
                if (!opening.start().isAfter(now)) {
                    return Optional.of(opening);
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public Optional<Opening> next(Instant after) {
        LocalDate today = LocalDate.ofInstant(after, zone);
        for (int ahead = -1; ahead <= 8; ahead++) {
            LocalDate day = today.plusDays(ahead);
            if (days.contains(day.getDayOfWeek())) {
                Opening opening = openingOf(day);
                if (opening.start().isAfter(after)) {
                    return Optional.of(opening);
                }
            }
        }
        return Optional.empty();
    }

    private Opening openingOf(LocalDate day) {
        LocalDateTime midnight = day.atStartOfDay();
        Instant start = instantOf(midnight.plusMinutes(startMinute), false);
        Instant end = instantOf(midnight.plusMinutes(endMinute), true);
        // Both fell into the skipped hour.
        return new Opening(start, end.isAfter(start) ? end : start.plus(Duration.ofMinutes(endMinute - startMinute)));
    }

    private Instant instantOf(LocalDateTime local, boolean laterOfTwo) {
        List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
        if (offsets.isEmpty()) {
            ZoneOffsetTransition gap = zone.getRules().getTransition(local);
            return gap.getInstant();
        }
        return local.toInstant(laterOfTwo ? offsets.getLast() : offsets.getFirst());
    }

    private static int minuteOfDay(String text) {
        int colon = text.indexOf(':');
        int hour = Integer.parseInt(text.substring(0, colon));
        int minute = Integer.parseInt(text.substring(colon + 1));
        int result = hour * 60 + minute;
        if (minute > 59 || result > DAY_MINUTES) {
            throw new IllegalArgumentException("must have times from 00:00 to 24:00");
        }
        return result;
    }

    private static Set<DayOfWeek> days(String text) {
        Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        for (String part : text.split(",")) {
            String[] ends = part.split("-");
            if (ends.length > 2) {
                throw new IllegalArgumentException("must have days such as Mon, Mon-Fri or Mon,Wed,Fri");
            }
            DayOfWeek last = day(ends[ends.length - 1]);
            DayOfWeek day = day(ends[0]);
            days.add(day);
            while (day != last) { // Fri-Mon goes over the end of the week
                day = day.plus(1);
                days.add(day);
            }
        }
        return days;
    }

    private static DayOfWeek day(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        for (DayOfWeek day : DayOfWeek.values()) {
            if (day.name().equals(upper) || day.name().substring(0, 3).equals(upper)) {
                return day;
            }
        }
        throw new IllegalArgumentException("must have days from Mon to Sun, not " + JsonFields.show(name));
    }

    private static ZoneId zone(@Nullable String name) {
        if (name == null) {
            return ZoneOffset.UTC;
        }
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("must end with a time zone such as Europe/Madrid or UTC", e);
        }
    }
}
