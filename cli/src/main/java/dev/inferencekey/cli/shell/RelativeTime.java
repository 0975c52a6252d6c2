package dev.inferencekey.cli.shell;

import java.time.Duration;
import java.time.Instant;

/** Moments as seen from now: {@code 3 min ago}, {@code in 90 days}. Stateless and thread-safe. */
public final class RelativeTime {
    private RelativeTime() {}

    public static String of(Instant moment, Instant now) {
        Duration distance = Duration.between(moment, now);
        if (distance.abs().toSeconds() < 5) {
            return "now";
        }
        return distance.isNegative() ? "in " + coarse(distance.negated()) : coarse(distance) + " ago";
    }

    private static String coarse(Duration distance) {
        long seconds = distance.toSeconds();
        if (seconds < 60) {
            return seconds + " s";
        }
        // Rounded, so that what expires "in 90 days" does not read as 89 a second after it was made.
        long minutes = Math.round(seconds / 60.0);
        if (minutes < 60) {
            return minutes + " min";
        }
        long hours = Math.round(seconds / 3_600.0);
        if (hours < 48) {
            return hours + " h";
        }
        return Math.round(seconds / 86_400.0) + " days";
    }
}
