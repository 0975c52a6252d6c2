package dev.inferencekey.server.store.sql;

import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import org.jspecify.annotations.Nullable;

/** What databases say in different ways. Everything else is written once, so that all of them understand it. Stateless. */
public interface Dialect {
    /** How records of usage are kept. */
    UsageTables usageTables();

    /** An expression: the sum of a column, 0 over no rows, and at most what a {@code long} holds. */
    String cappedSum(String column);

    /** A query for the number that the change log gave out last, 0 if it never did; it remembers those whose entries are gone. */
    String lastEpoch();

    /** A statement that makes this transaction the only one that appends to the change log until it has ended; null if it always is. */
    @Nullable
    String lockChangeLog();

    /** How work in the background is kept. */
    JdbcCustomization scheduledWork();
}
