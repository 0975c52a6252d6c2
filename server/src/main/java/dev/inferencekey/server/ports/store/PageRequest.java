package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.InvalidFieldException;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a list by key set: no piece is skipped or repeated while rows come and go.
 *
 * @param limit 1 to {@value #MAX_LIMIT}
 * @param after the {@link Page#next} of the piece before, null for the first
 */
public record PageRequest(int limit, @Nullable String after) {
    public static final int DEFAULT_LIMIT = 100;
    public static final int MAX_LIMIT = 1000;

    public PageRequest {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ", was " + limit);
        }
    }

    /** What to tell whoever goes on from a place that no piece named. */
    public static InvalidFieldException unknownCursor() {
        return new InvalidFieldException("cursor", "cursor must be the one of the Link header of the piece before");
    }

    public static PageRequest first() {
        return new PageRequest(DEFAULT_LIMIT, null);
    }
}
