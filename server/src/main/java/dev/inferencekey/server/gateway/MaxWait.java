package dev.inferencekey.server.gateway;

import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads {@code X-InferenceKey-Max-Wait}: seconds, fractions allowed. Stateless. */
final class MaxWait {
    private static final int MAX_LENGTH = 12;

    private MaxWait() {}

    /** How long the caller will wait at most: its wish, if it has one and that is less than {@code most}. Null if it can't be read. */
    static @Nullable Duration of(@Nullable String wish, Duration most) {
        if (wish == null) {
            return most;
        }
        if (wish.isEmpty()
                || wish.length() > MAX_LENGTH
                || !wish.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.')) {
            return null;
        }
        try {
            Duration asked =
                    Duration.ofMillis(new BigDecimal(wish).movePointRight(3).longValue());
            return asked.compareTo(most) < 0 ? asked : most;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
