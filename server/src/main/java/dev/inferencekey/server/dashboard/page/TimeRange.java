package dev.inferencekey.server.dashboard.page;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.manager.http.Query;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The time that a page shows, as its address asks for it: {@code range} is a name such as {@code 24h}, or {@code custom} with {@code from} and
 * {@code to} (UTC, to the minute, as a browser's field for date and time writes them).
 *
 * @param name what was asked for
 * @param fromText as it was sent, to be shown again
 * @param toText as it was sent, to be shown again
 */
public record TimeRange(String name, Instant from, Instant to, String fromText, String toText) {
    /** The name of a range that is given by its ends. */
    public static final String CUSTOM = "custom";

    /** One line of the list to choose from. */
    public record Option(String value, String text) {}

    private static final Map<String, Duration> SPANS = Map.of(
            "1h", Duration.ofHours(1),
            "24h", Duration.ofHours(24),
            "7d", Duration.ofDays(7),
            "30d", Duration.ofDays(30),
            "90d", Duration.ofDays(90),
            "365d", Duration.ofDays(365));

    /** What can be chosen. */
    public static List<Option> options() {
        return List.of(
                new Option("1h", "last hour"),
                new Option("24h", "last 24 hours"),
                new Option("7d", "last 7 days"),
                new Option("30d", "last 30 days"),
                new Option("90d", "last 90 days"),
                new Option("365d", "last year"),
                new Option(CUSTOM, "from … to …"));
    }

    /**
     * The time of a page.
     *
     * @param usual the name of the range of an address that names none
     * @throws InvalidFieldException if it makes no sense
     */
    public static TimeRange of(Query query, String usual, Instant now) {
        String asked = query.text("range");
        String name = asked == null ? usual : asked;
        String fromText = orEmpty(query.text("from"));
        String toText = orEmpty(query.text("to"));
        if (name.equals(CUSTOM)) {
            return new TimeRange(name, time("from", fromText), time("to", toText), fromText, toText);
        }
        Duration span = SPANS.get(name);
        if (span == null) {
            throw new InvalidFieldException("range", "range must be one of the list");
        }
        return new TimeRange(name, now.minus(span), now, fromText, toText);
    }

    /** The parts of an address that ask for it again. */
    public Links in(Links links) {
        boolean custom = name.equals(CUSTOM);
        return links.with("range", name).with("from", custom ? fromText : null).with("to", custom ? toText : null);
    }

    private static Instant time(String field, String text) {
        try {
            return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            throw new InvalidFieldException(field, field + " must be a date and a time (UTC)");
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
