package dev.inferencekey.server.ports.limit;

import dev.inferencekey.server.domain.limit.SliceTerms;

/**
 * Where a node that is not alone gets its slices of limits. Called on event loops: returns at once, never blocks and never throws.
 * Thread-safe.
 */
public interface LimitSlices {
    /** How this node stands with the others now. Cheap enough to be asked for every request. */
    SliceTerms terms();

    /**
     * There is, or will soon be, too little of this limit here: more is asked for, and the limit is told what came of it. Cheap enough to be
     * called for every request.
     */
    void needed(SlicedLimit limit);
}
