package dev.inferencekey.server.store.sqlite;

import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.SqliteJdbcCustomization;
import dev.inferencekey.server.store.sql.Dialect;
import dev.inferencekey.server.store.sql.UsageTables;
import org.jspecify.annotations.Nullable;

enum SqliteDialect implements Dialect {
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

    /** SQLite's own count for autoincrement. */
    @Override
    public String lastEpoch() {
        return "select coalesce(max(seq), 0) from sqlite_sequence where name = 'access_changes'";
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
}
