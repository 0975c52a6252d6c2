package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.usage.Outcome;
import java.util.Comparator;

/**
 * A usage record as a row of its table.
 *
 * @param project the project's number
 * @param at microseconds since 1970
 * @param series the number of what it has in common with others
 */
public record UsageRow(long project, long at, long series, UsageRecord usage) {
    /** What a row is made of, in the order in which {@link UsageTables#insert} writes it. */
    public static final String COLUMNS =
            "project, at, id, series, request_id, client_address, status, input_tokens, output_tokens, cached_tokens,"
                    + " duration_micros, first_byte_micros, request_bytes, response_bytes, streamed, cancelled, estimated,"
                    + " error, cost";

    /** The order of the table's key, in which all importers insert, so that no two wait for each other. */
    static final Comparator<UsageRow> ORDER = Comparator.comparingLong(UsageRow::project)
            .thenComparingLong(UsageRow::at)
            .thenComparing(row -> row.usage().id());

    /** The status, and whether it failed in spite of that. */
    public int outcome() {
        return Outcome.of(usage);
    }
}
