package dev.inferencekey.server.domain.limit;

import org.jspecify.annotations.Nullable;

/**
 * What one request has taken of one key's or one workload's limits, so that it can be given back or corrected.
 *
 * <p>Notes. It holds the windows that it was counted in: if a limit was lifted and set again meanwhile, what is corrected is the old count,
 * which nobody asks any more. Times are as for {@link SlidingWindow}. Not thread-safe: guarded by whatever guards its counts.
 */
public final class LimitShare {
    /** Keeps sums far from overflow, whatever a model server claims. */
    private static final long MOST_SETTLED = 1_000_000_000_000L;

    private final LimitCounts counts;
    private final @Nullable SlidingWindow requests;
    private final long requestAt;
    private @Nullable SlidingWindow tokens;
    private long tokensAt;
    private long reserved;

    LimitShare(LimitCounts counts, @Nullable SlidingWindow requests, long requestAt) {
        this.counts = counts;
        this.requests = requests;
        this.requestAt = requestAt;
    }

    /** Reserves tokens, whether they fit or not; what was reserved before must have been given back. */
    public void takeTokens(long now, long cost) {
        SlidingWindow window = counts.tokenWindow(now);
        tokens = window;
        if (window != null) {
            reserved = counts.countedTokens(now, cost);
            tokensAt = window.add(now, reserved);
        }
    }

    /** Gives the reserved tokens back: they count as never taken. */
    public void giveBackTokens(long now) {
        if (tokens != null) {
            tokens.correct(now, tokensAt, -reserved);
            tokens = null;
        }
    }

    /** Gives the request back: it counts as never made. */
    public void giveBackRequest(long now) {
        if (requests != null) {
            requests.correct(now, requestAt, -1);
        }
    }

    /**
     * Puts the truth in the place of what was reserved. Less than that is given back as of when it was reserved; more counts from now on,
     * since it can't be taken back and may have been used long after it was reserved.
     */
    public void settle(long now, long used) {
        SlidingWindow window = tokens;
        if (window == null) {
            return;
        }
        long truth = Math.clamp(used, 0, MOST_SETTLED);
        if (truth <= reserved) {
            window.correct(now, tokensAt, truth - reserved);
        } else {
            window.add(now, truth - reserved);
        }
        tokens = null;
    }

    /** The request is no longer under way. To be called once. */
    public void leave() {
        counts.left();
    }
}
