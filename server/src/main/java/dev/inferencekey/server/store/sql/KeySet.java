package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.util.List;
import java.util.function.Function;
import org.jdbi.v3.core.statement.Query;

/** Pages by key set: a query asks for one row more than the piece holds, which tells whether there is a next piece. */
final class KeySet {
    /** Sorts before every key. */
    private static final String LOWEST = "";

    /** Sorts after every key: keys are printable ASCII, and this is the character after those. */
    private static final String HIGHEST = "\u007f";

    private KeySet() {}

    /** Binds {@code :after} and {@code :limit} of a query with the condition {@code key > :after} and ascending order. */
    static Query ascending(Query query, PageRequest page) {
        String after = page.after();
        return query.bind("after", after == null ? LOWEST : after).bind("limit", page.limit() + 1);
    }

    /** Binds {@code :after} and {@code :limit} of a query with the condition {@code key < :after} and descending order. */
    static Query descending(Query query, PageRequest page) {
        String after = page.after();
        return query.bind("after", after == null ? HIGHEST : after).bind("limit", page.limit() + 1);
    }

    static <T> Page<T> page(List<T> rows, PageRequest page, Function<T, String> key) {
        if (rows.size() <= page.limit()) {
            return new Page<>(rows, null);
        }
        List<T> piece = rows.subList(0, page.limit());
        return new Page<>(piece, key.apply(piece.getLast()));
    }
}
