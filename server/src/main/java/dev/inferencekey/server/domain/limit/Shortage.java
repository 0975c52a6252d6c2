package dev.inferencekey.server.domain.limit;

/**
 * Why a request does not fit into a limit now.
 *
 * @param limit as it was set
 * @param left what of the limit is unused; 0 or more
 * @param waitNanos when it will fit if nothing else is used meanwhile, nanoseconds from now; 0 if that can't be known, which is so for
 *     requests that are under way
 * @param othersMayHelp whether other nodes may have what is missing here, so that it can be here in a moment
 */
public record Shortage(Kind kind, int limit, long left, long waitNanos, boolean othersMayHelp) {
    /** What there is too little of. */
    public enum Kind {
        REQUESTS,
        TOKENS,
        CONCURRENT_REQUESTS
    }
}
