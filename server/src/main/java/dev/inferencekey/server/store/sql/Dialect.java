package dev.inferencekey.server.store.sql;

import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import org.jspecify.annotations.Nullable;

/** What databases say in different ways. Everything else is written once, so that all of them understand it. Stateless. */
public interface Dialect {
    /** How records of usage are kept. */
    UsageTables usageTables();

    /** An expression: the sum of a column, 0 over no rows, and at most what a {@code long} holds. */
    String cappedSum(String column);

    /** An expression: microseconds since 1970 by the database's clock, as of when it is looked at. */
    String now();

    /** An expression: a text that nobody else has, another one each time. */
    String randomText();

    /**
     * A query for the highest {@code ordinal} that {@code ofOnePiece} finds in many pieces at once: those from the first parameter down to the second.
     * The query of one piece calls it {@code pieces.piece}; its parameters come next, and in the end how many are wanted. Null if there is no
     * such query that looks into each piece by itself.
     */
    @Nullable
    String inManyPieces(String ofOnePiece);

    /** A statement that makes this transaction the only one that appends to the change log until it has ended; null if it always is. */
    @Nullable
    String lockChangeLog();

    /** How work in the background is kept. */
    JdbcCustomization scheduledWork();

    /** A query that lets other processes know, once this transaction is committed, that the change log has grown; null if there are none. */
    @Nullable
    String announceChange();

    /** What a query selects to let other processes know, once this transaction is committed, that a node has acknowledged; null if there are none. */
    @Nullable
    String announceAcknowledgement();
}
