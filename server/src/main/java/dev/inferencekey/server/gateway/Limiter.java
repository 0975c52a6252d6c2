package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.limit.LimitCounts;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.limit.Shortage;

/**
 * The limits of one key, or of one workload, and what was used of them on this node.
 *
 * <p>Thread-safe: its own monitor guards its counts. Invariant: whoever needs two takes the key's before the workload's, holds them for
 * nothing but counting, and takes no other lock inside; so nobody waits for long, or for ever.
 */
final class Limiter {
    private final String owner;
    private final LimitCounts counts;

    private Limiter(String owner, Limits limits) {
        this.owner = owner;
        this.counts = new LimitCounts(limits);
    }

    static Limiter ofKey(Limits limits) {
        return new Limiter("this key", limits);
    }

    static Limiter ofWorkload(String slug, Limits limits) {
        return new Limiter("the workload \"" + slug + "\"", limits);
    }

    /** Sets other limits and keeps what was counted. */
    void change(Limits limits) {
        synchronized (this) {
            counts.change(limits);
        }
    }

    /** To be touched only by whoever holds this limiter's monitor. */
    LimitCounts counts() {
        return counts;
    }

    /** What a caller is told of a shortage: whose limit, how much it is, and what to do. */
    String message(Shortage shortage, long retryAfterSeconds) {
        String what = switch (shortage.kind()) {
            case REQUESTS -> " requests per minute";
            case TOKENS -> " tokens per minute";
            case CONCURRENT_REQUESTS -> " concurrent requests";
        };
        String left = shortage.kind() == Shortage.Kind.TOKENS
                ? ": the request may need more than the " + shortage.left() + " that are left"
                : "";
        String advice = shortage.kind() == Shortage.Kind.CONCURRENT_REQUESTS
                ? "try again when another request has ended"
                : "try again in " + retryAfterSeconds + (retryAfterSeconds == 1 ? " second" : " seconds");
        return owner + " has reached its limit of " + shortage.limit() + what + left + "; " + advice;
    }
}
