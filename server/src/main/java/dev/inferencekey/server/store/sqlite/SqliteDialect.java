package dev.inferencekey.server.store.sqlite;

import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.SqliteJdbcCustomization;
import dev.inferencekey.server.store.sql.Dialect;
import dev.inferencekey.server.store.sql.UsageTables;
import org.jspecify.annotations.Nullable;

public enum SqliteDialect implements Dialect {
    INSTANCE;

    private static final UsageTables USAGE_TABLES = new SqliteUsageTables();

    @Override
    public UsageTables usageTables() {
        return USAGE_TABLES;
    }

    /** {@code sum} fails where whole numbers overflow; {@code total} counts in doubles, and the cast caps it. */
    @Override
    public String cappedSum(String column) {
        return "cast(total(" + column + ") as integer)";
    }

    /** To the millisecond. */
    @Override
    public String now() {
        return "cast(unixepoch('subsec') * 1000000 as integer)";
    }

    @Override
    public String randomText() {
        return "lower(hex(randomblob(16)))";
    }

    /** A query more takes microseconds here. */
    @Override
    public @Nullable String inManyPieces(String ofOnePiece) {
        return null;
    }

    /** There is one writer at a time. */
    @Override
    public @Nullable String lockChangeLog() {
        return null;
    }

    @Override
    public JdbcCustomization scheduledWork() {
        return new SqliteJdbcCustomization();
    }

    @Override
    public @Nullable String announceAcknowledgement() {
        return null;
    }

    @Override
    public @Nullable String announceChange() {
        return null;
    }
}
