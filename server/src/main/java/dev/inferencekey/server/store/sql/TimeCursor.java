package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.ports.store.PageRequest;
import java.time.Instant;

/**
 * A place in a list that is in the order of time.
 *
 * @param at microseconds since 1970
 * @param id tells rows of the same time apart
 */
record TimeCursor(long at, String id) {
    private static final TimeCursor BEFORE_THE_NEWEST = new TimeCursor(Long.MAX_VALUE, "\u007f");

    static TimeCursor of(Instant at, String id) {
        return new TimeCursor(Columns.micros(at), id);
    }

    /** @throws InvalidFieldException if the request does not go on from a place that {@link #text} describes */
    static TimeCursor of(PageRequest page) {
        String text = page.after();
        if (text == null) {
            return BEFORE_THE_NEWEST;
        }
        int dot = text.indexOf('.');
        try {
            return new TimeCursor(Long.parseLong(text, 0, Math.max(dot, 0), 10), text.substring(dot + 1));
        } catch (NumberFormatException e) {
            throw PageRequest.unknownCursor();
        }
    }

    String text() {
        return at + "." + id;
    }
}
