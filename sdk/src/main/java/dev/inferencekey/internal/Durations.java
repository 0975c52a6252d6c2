package dev.inferencekey.internal;

import java.time.Duration;

/** Durations for people. */
public final class Durations {
    private Durations() {}

    /** {@code 250 ms}, {@code 12 s}, {@code 4 min 10 s}, {@code 2 h 5 min}. */
    public static String text(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 1) {
            return duration.toMillis() + " ms";
        }
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + " s");
        }
        return seconds / 3600 + " h" + (seconds % 3600 < 60 ? "" : " " + seconds % 3600 / 60 + " min");
    }
}
