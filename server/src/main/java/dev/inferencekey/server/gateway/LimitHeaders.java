package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.limit.LimitCounts;
import dev.inferencekey.server.domain.limit.Standing;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How a caller stands with its limits per minute, as OpenAI's headers say it. Of two limits of one kind, the one of which less is left is
 * told. Immutable.
 */
record LimitHeaders(@Nullable Standing requests, @Nullable Standing tokens) {
    /** Whoever calls holds both monitors. */
    static LimitHeaders of(LimitCounts one, LimitCounts other, long now) {
        return new LimitHeaders(
                tighter(one.requests(now), other.requests(now)), tighter(one.tokens(now), other.tokens(now)));
    }

    void writeTo(ByteBuf head) {
        write(head, "requests", requests);
        write(head, "tokens", tokens);
    }

    private static void write(ByteBuf head, String kind, @Nullable Standing standing) {
        if (standing != null) {
            HeadWriter.header(head, "x-ratelimit-limit-" + kind, Integer.toString(standing.limit()));
            HeadWriter.header(head, "x-ratelimit-remaining-" + kind, Long.toString(standing.left()));
            HeadWriter.header(head, "x-ratelimit-reset-" + kind, duration(standing.resetNanos()));
        }
    }

    private static @Nullable Standing tighter(@Nullable Standing one, @Nullable Standing other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return other.left() < one.left() ? other : one;
    }

    /** Such as {@code 20ms}, {@code 1s} or {@code 6m0s}; rounded up, so that whoever waits that long has waited long enough. */
    static String duration(long nanos) {
        long millis = ceil(nanos, TimeUnit.MILLISECONDS);
        if (millis < 1000) {
            return millis + "ms";
        }
        long seconds = ceil(nanos, TimeUnit.SECONDS);
        return seconds < 60 ? seconds + "s" : seconds / 60 + "m" + seconds % 60 + "s";
    }

    /** Whole seconds, rounded up, at least one. */
    static long retryAfterSeconds(long nanos) {
        return Math.max(1, ceil(nanos, TimeUnit.SECONDS));
    }

    private static long ceil(long nanos, TimeUnit unit) {
        return Math.ceilDiv(nanos, unit.toNanos(1));
    }
}
