package dev.inferencekey.server.domain.limit;

import org.jspecify.annotations.Nullable;

/**
 * What one key or one workload has used of its limits.
 *
 * <p>Notes. A request costs one request, and at first as many tokens as it is expected to use. An expectation above the whole limit counts
 * as the whole limit: the request is admitted when nothing else was used for a minute, rather than never. A limit counts from the moment it
 * is set for the first time; a change of its size keeps what was counted, and so does taking it off for a while.
 *
 * <p>Times are as for {@link SlidingWindow}. Not thread-safe.
 */
public final class LimitCounts {
    private Limits limits;
    private @Nullable SlidingWindow requests;
    private @Nullable SlidingWindow tokens;
    private int running;

    public LimitCounts(Limits limits) {
        this.limits = limits;
    }

    /** Sets other limits. */
    public void change(Limits changed) {
        limits = changed;
    }

    /** Why one more request with this cost does not fit, null if it does. What takes longest to pass is named. */
    public @Nullable Shortage shortage(long now, long cost) {
        Shortage ofRequests = shortage(Shortage.Kind.REQUESTS, limits.requestsPerMinute(), requests, now, 1);
        Shortage ofTokens = tokenShortage(now, cost);
        if (ofRequests != null && (ofTokens == null || ofRequests.waitNanos() >= ofTokens.waitNanos())) {
            return ofRequests;
        }
        if (ofTokens != null) {
            return ofTokens;
        }
        Integer most = limits.maxConcurrentRequests();
        return most != null && running >= most ? new Shortage(Shortage.Kind.CONCURRENT_REQUESTS, most, 0, 0) : null;
    }

    /** Why this many tokens do not fit, null if they do. */
    public @Nullable Shortage tokenShortage(long now, long cost) {
        return shortage(Shortage.Kind.TOKENS, limits.tokensPerMinute(), tokens, now, cost);
    }

    private static @Nullable Shortage shortage(
            Shortage.Kind kind, @Nullable Integer limit, @Nullable SlidingWindow used, long now, long cost) {
        if (limit == null || used == null) {
            return null;
        }
        long most = limit - counted(cost, limit);
        long count = used.count(now);
        return count <= most ? null : new Shortage(kind, limit, Math.max(0, limit - count), used.nanosUntil(now, most));
    }

    /** Takes one request with this cost, whether it fits or not. */
    public LimitShare take(long now, long cost) {
        if (limits.requestsPerMinute() != null && requests == null) {
            requests = new SlidingWindow(now);
        }
        running++;
        LimitShare share = new LimitShare(this, requests, requests == null ? 0 : requests.add(now, 1));
        share.takeTokens(now, cost);
        return share;
    }

    /** What is left of the requests per minute, null if they are not limited. */
    public @Nullable Standing requests(long now) {
        return standing(limits.requestsPerMinute(), requests, now);
    }

    /** What is left of the tokens per minute, null if they are not limited. */
    public @Nullable Standing tokens(long now) {
        return standing(limits.tokensPerMinute(), tokens, now);
    }

    private static @Nullable Standing standing(@Nullable Integer limit, @Nullable SlidingWindow used, long now) {
        if (limit == null) {
            return null;
        }
        return used == null
                ? new Standing(limit, limit, 0)
                : new Standing(limit, Math.max(0, limit - used.count(now)), used.nanosUntilEmpty(now));
    }

    /** What a cost counts: at least one, so that nothing fits where nothing is left, and at most the whole limit. */
    private static long counted(long cost, int limit) {
        return Math.clamp(cost, 1, limit);
    }

    /** The window that tokens are counted in, null if they are not limited. */
    @Nullable
    SlidingWindow tokenWindow(long now) {
        if (limits.tokensPerMinute() != null && tokens == null) {
            tokens = new SlidingWindow(now);
        }
        return tokens;
    }

    long countedTokens(long cost) {
        Integer limit = limits.tokensPerMinute();
        return limit == null ? 0 : counted(cost, limit);
    }

    void left() {
        running--;
    }
}
