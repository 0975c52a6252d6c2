package dev.inferencekey.server.domain.limit;

import java.util.Arrays;

/**
 * Counts what happened in the last 60 seconds.
 *
 * <p>Notes. Time is cut into buckets of half a second. The count is that of the present bucket and of the 120 before it, which together
 * reach back at least 60 and at most 60.5 seconds: whoever adds only as long as the count stays within a limit has, in <em>any</em> 60
 * seconds, added no more than the limit, and a steady stream of up to 99 % of the limit is never held back. A token bucket would let almost
 * twice the limit through around a moment of rest.
 *
 * <p>Times are monotonic nanoseconds from any origin; a time before the latest counts as the latest. Not thread-safe.
 */
public final class SlidingWindow {
    static final long BUCKET_NANOS = 500_000_000L;

    private static final int BUCKETS_BEFORE = 120;
    /** A power of two that is larger than the buckets that count. */
    private static final int RING = 128;

    private final long origin;
    private final long[] counts = new long[RING];
    private long newest;
    /** Nothing was added after this bucket. */
    private long lastAdded;

    private long total;

    public SlidingWindow(long now) {
        origin = now;
    }

    /** What was added in the last 60 seconds or a little more. */
    public long count(long now) {
        advance(now);
        return total;
    }

    /** Adds to the count, and says where: {@link #correct} takes that. */
    public long add(long now, long amount) {
        advance(now);
        counts[slot(newest)] += amount;
        total += amount;
        lastAdded = newest;
        return newest;
    }

    /** Changes by {@code delta} what was added at {@code where}; without effect once that no longer counts. */
    public void correct(long now, long where, long delta) {
        advance(now);
        if (where >= newest - BUCKETS_BEFORE) {
            counts[slot(where)] += delta;
            total += delta;
        }
    }

    /** How long it takes until the count is at most {@code most}, which is 0 or more, if nothing is added; nanoseconds. */
    public long nanosUntil(long now, long most) {
        advance(now);
        long left = total;
        long bucket = newest - BUCKETS_BEFORE;
        while (left > most && bucket <= newest) {
            left -= counts[slot(bucket)];
            bucket++;
        }
        if (bucket == newest - BUCKETS_BEFORE) {
            return 0;
        }
        return untilItLeaves(bucket - 1, now);
    }

    /** How long it takes until the count is 0 if nothing is added; nanoseconds. */
    public long nanosUntilEmpty(long now) {
        advance(now);
        if (total == 0) {
            return 0;
        }
        long bucket = lastAdded;
        while (counts[slot(bucket)] == 0) {
            bucket--; // All of it was given back.
        }
        return untilItLeaves(bucket, now);
    }

    private long untilItLeaves(long bucket, long now) {
        return Math.max(1, (bucket + BUCKETS_BEFORE + 1) * BUCKET_NANOS - (now - origin));
    }

    private void advance(long now) {
        long bucket = Math.floorDiv(now - origin, BUCKET_NANOS);
        if (bucket - newest > BUCKETS_BEFORE) {
            Arrays.fill(counts, 0);
            total = 0;
            newest = bucket;
        }
        while (newest < bucket) {
            newest++;
            int leaving = slot(newest - BUCKETS_BEFORE - 1);
            total -= counts[leaving];
            counts[leaving] = 0;
        }
    }

    private static int slot(long bucket) {
        return (int) (bucket & (RING - 1));
    }
}
