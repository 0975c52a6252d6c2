package dev.inferencekey.server.ports.store;

import java.util.List;

/**
 * The first few of what there is.
 *
 * @param more whether there are more, or may be: no further was looked
 */
public record Excerpt<T>(List<T> items, boolean more) {
    public Excerpt {
        items = List.copyOf(items);
    }

    /** Of a list that was asked for one more than {@code limit}. */
    public static <T> Excerpt<T> of(List<T> oneMore, int limit) {
        return new Excerpt<>(oneMore.subList(0, Math.min(limit, oneMore.size())), oneMore.size() > limit);
    }
}
