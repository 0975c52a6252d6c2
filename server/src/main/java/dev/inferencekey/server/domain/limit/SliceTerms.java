package dev.inferencekey.server.domain.limit;

/**
 * How this node stands with the others, as far as that decides what it may admit of a limit that all share.
 *
 * @param nodes how many live nodes there are, this one included, or were when that was last known; 1 or more
 * @param incarnation grows each time that this node has got back a lease which had run out: slices from before are gone
 */
public record SliceTerms(Reach reach, int nodes, long incarnation) {
    /** Whether this node can ask for slices. */
    public enum Reach {
        /** It asks, and is answered. */
        IN_TOUCH,
        /** The store does not answer, but nobody takes this node's slices away yet. */
        STORE_SILENT,
        /** Its lease has run out: the others share the whole limit among themselves. */
        CUT_OFF
    }

    public SliceTerms {
        if (nodes < 1) {
            throw new IllegalArgumentException("a node is among at least one, not " + nodes);
        }
    }

    /**
     * What a node that can't ask may admit by itself: its part of the limit if all had the same, at least 1. So each such node adds at most
     * this to the limit.
     */
    public static long fallback(long limit, int nodes) {
        return Math.max(1, limit / nodes);
    }
}
