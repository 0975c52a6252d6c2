package dev.inferencekey.server.domain.limit;

/**
 * Counts what happened in the last 60 seconds.
 *
 * <p>Notes. What is added is gathered in buckets of half a second, and a bucket counts until 60 seconds have passed since the last time
 * that something was added to it. So each thing counts for at least 60 and at most 60.5 seconds: whoever adds only as long as the count
 * stays within a limit has, in <em>any</em> 60 seconds, added no more than the limit, and a steady stream of up to 99 % of the limit is
 * never held back. And whoever is told to wait is never told more than 60 seconds, beyond which many clients do not listen. A token bucket
 * would let almost twice the limit through around a moment of rest.
 *
 * <p>Times are monotonic nanoseconds from any origin; a time before the latest counts as the latest. Not thread-safe.
 */
public final class SlidingWindow {
    static final long BUCKET_NANOS = 500_000_000L;

    private static final long WINDOW_NANOS = 60_000_000_000L;
    /** A power of two that is larger than the buckets that can count at one moment, which are 122. */
    private static final int RING = 128;

    private final long origin;
    private final long[] counts = new long[RING];
    /** When something was last added to the bucket, from the origin. */
    private final long[] addedAt = new long[RING];

    /** The time, from the origin. */
    private long latest;

    private long newest;
    /** Nothing that still counts was added before this bucket. */
    private long oldest;

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
        addedAt[slot(newest)] = latest;
        total += amount;
        return newest;
    }

    /** Changes by {@code delta} what was added at {@code where}; without effect once that no longer counts. */
    public void correct(long now, long where, long delta) {
        advance(now);
        if (where >= oldest) {
            counts[slot(where)] += delta;
            total += delta;
        }
    }

    /** How long it takes until the count is at most {@code most}, which is 0 or more, if nothing is added; nanoseconds, at most 60 s. */
    public long nanosUntil(long now, long most) {
        advance(now);
        long left = total;
        long wait = 0;
        for (long bucket = oldest; bucket <= newest && left > most; bucket++) {
            if (counts[slot(bucket)] != 0) {
                left -= counts[slot(bucket)];
                wait = addedAt[slot(bucket)] + WINDOW_NANOS - latest;
            }
        }
        return wait;
    }

    /** How long it takes until the count is 0 if nothing is added; nanoseconds, at most 60 s. */
    public long nanosUntilEmpty(long now) {
        return nanosUntil(now, 0);
    }

    private void advance(long now) {
        latest = Math.max(latest, now - origin);
        long bucket = latest / BUCKET_NANOS;
        while (oldest <= newest && (counts[slot(oldest)] == 0 || latest - addedAt[slot(oldest)] >= WINDOW_NANOS)) {
            total -= counts[slot(oldest)];
            counts[slot(oldest)] = 0;
            oldest++;
        }
        newest = Math.max(newest, bucket);
        if (total == 0) {
            oldest = newest;
        }
    }

    private static int slot(long bucket) {
        return (int) (bucket & (RING - 1));
    }
}
