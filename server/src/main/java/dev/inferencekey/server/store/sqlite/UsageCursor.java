package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.store.PageRequest;

/**
 * A place in the list of usage records.
 *
 * @param at microseconds since 1970
 * @param id tells records of the same time apart
 */
record UsageCursor(long at, String id) {
    private static final UsageCursor BEFORE_THE_NEWEST = new UsageCursor(Long.MAX_VALUE, "\u007f");

    static UsageCursor of(UsageRecord record) {
        return new UsageCursor(Columns.micros(record.at()), record.id());
    }

    /** @throws InvalidFieldException if the request does not go on from a place that {@link #text} describes */
    static UsageCursor of(PageRequest page) {
        String text = page.after();
        if (text == null) {
            return BEFORE_THE_NEWEST;
        }
        int dot = text.indexOf('.');
        try {
            return new UsageCursor(Long.parseLong(text, 0, Math.max(dot, 0), 10), text.substring(dot + 1));
        } catch (NumberFormatException e) {
            throw PageRequest.unknownCursor();
        }
    }

    String text() {
        return at + "." + id;
    }
}
