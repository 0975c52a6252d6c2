package dev.inferencekey.server.domain.usage;

import java.time.Duration;
import java.time.Instant;

/** The times over which sums are kept, shortest first. Each is made of whole ones of the one before. */
public enum SumSpan {
    FIVE_MINUTES(Duration.ofMinutes(5)),
    HOUR(Duration.ofHours(1)),
    DAY(Duration.ofDays(1));

    private final Duration length;

    SumSpan(Duration length) {
        this.length = length;
    }

    public Duration length() {
        return length;
    }

    /** The last beginning of such a time that is not after this one, in UTC. */
    public Instant floor(Instant time) {
        return floor(time, length);
    }

    /** The first beginning of such a time that is not before this one, in UTC. */
    public Instant ceiling(Instant time) {
        Instant floor = floor(time);
        return floor.equals(time) ? floor : floor.plus(length);
    }

    /** The last full multiple of {@code width} since 1970 that is not after this time; {@code width} in whole seconds. */
    static Instant floor(Instant time, Duration width) {
        long seconds = width.toSeconds();
        return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), seconds) * seconds);
    }
}
