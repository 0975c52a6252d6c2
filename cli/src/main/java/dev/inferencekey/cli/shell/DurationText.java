package dev.inferencekey.cli.shell;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people type and read them: {@code 90d}, {@code 24h}, {@code 1h30m}, {@code 45s}. Stateless and thread-safe. */
public final class DurationText {
    /** What to say about text that is no duration. */
    public static final String FORM = "expected a duration such as 90d, 24h, 30m, 45s or 1h30m";

    private static final Pattern DURATION =
            Pattern.compile("(?:(\\d{1,6})d)?(?:(\\d{1,7})h)?(?:(\\d{1,8})m)?(?:(\\d{1,9})s)?");

    private DurationText() {}

    /** Reads the text; empty unless all of it is a duration. */
    public static Optional<Duration> parse(String text) {
        Matcher parts = DURATION.matcher(text);
        if (text.isEmpty() || !parts.matches()) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofDays(number(parts, 1))
                .plusHours(number(parts, 2))
                .plusMinutes(number(parts, 3))
                .plusSeconds(number(parts, 4)));
    }

    /** The two largest units: {@code 1 d 2 h}, {@code 3 min}, {@code 45 s}. */
    public static String show(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds >= 86_400) {
            return seconds / 86_400 + " d" + rest(seconds % 86_400 / 3_600, "h");
        }
        if (seconds >= 3_600) {
            return seconds / 3_600 + " h" + rest(seconds % 3_600 / 60, "min");
        }
        return seconds >= 60 ? seconds / 60 + " min" + rest(seconds % 60, "s") : seconds + " s";
    }

    /** Seconds with one digit behind the point, for progress: {@code 1.4 s}. */
    public static String precise(Duration duration) {
        long tenths = Math.max(0, duration.plusMillis(50).toMillis() / 100);
        return tenths >= 600 ? show(duration) : tenths / 10 + "." + tenths % 10 + " s";
    }

    private static String rest(long number, String unit) {
        return number == 0 ? "" : " " + number + " " + unit;
    }

    private static long number(Matcher parts, int group) {
        String digits = parts.group(group);
        return digits == null ? 0 : Long.parseLong(digits);
    }
}
