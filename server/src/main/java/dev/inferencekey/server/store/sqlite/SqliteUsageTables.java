package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.store.sql.UsageRow;
import dev.inferencekey.server.store.sql.UsageTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * One table, one writer.
 *
 * <p>Notes. Inserting runs at the rate of requests, so it is plain JDBC by position: names cost more than SQLite itself does. For the same
 * reason rows are narrow, there is no index beside them (measured: half of the former time), and one statement inserts many of them (a
 * third of what then was left).
 */
final class SqliteUsageTables implements UsageTables {
    private static final String ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final int COLUMNS = 19;
    /** Of one statement while there are enough records. */
    private static final int ROWS = 16;

    @Override
    public void insert(Connection connection, List<UsageRow> rows) throws SQLException {
        int inFullStatements = rows.size() - rows.size() % ROWS;
        insert(connection, ROWS, rows.subList(0, inFullStatements));
        insert(connection, 1, rows.subList(inFullStatements, rows.size()));
    }

    /** The number of {@code all} is a multiple of {@code rows}. */
    private static void insert(Connection connection, int rows, List<UsageRow> all) throws SQLException {
        if (all.isEmpty()) {
            return;
        }
        String sql = "insert into usage_records (" + UsageRow.COLUMNS + ") values "
                + String.join(", ", Collections.nCopies(rows, ROW)) + " on conflict do nothing";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int row = 0;
            for (UsageRow each : all) {
                bind(statement, row * COLUMNS, each);
                if (++row == rows) {
                    statement.addBatch();
                    row = 0;
                }
            }
            statement.executeBatch();
        }
    }

    /** {@code before} is the number of the parameters of the rows before this one. */
    private static void bind(PreparedStatement statement, int before, UsageRow row) throws SQLException {
        UsageRecord usage = row.usage();
        statement.setLong(before + 1, row.project());
        statement.setLong(before + 2, row.at());
        statement.setString(before + 3, usage.id());
        statement.setLong(before + 4, row.series());
        statement.setString(before + 5, usage.requestId());
        statement.setString(before + 6, usage.clientAddress());
        statement.setInt(before + 7, row.outcome());
        setLong(statement, before + 8, usage.inputTokens());
        setLong(statement, before + 9, usage.outputTokens());
        setLong(statement, before + 10, usage.cachedTokens());
        statement.setLong(before + 11, usage.durationMicros());
        setLong(statement, before + 12, usage.firstByteMicros());
        statement.setLong(before + 13, usage.requestBytes());
        statement.setLong(before + 14, usage.responseBytes());
        statement.setInt(before + 15, usage.streamed() ? 1 : 0);
        statement.setInt(before + 16, usage.cancelled() ? 1 : 0);
        statement.setInt(before + 17, usage.estimated() ? 1 : 0);
        statement.setString(before + 18, usage.error());
        setLong(statement, before + 19, usage.costNanoUsd());
    }

    private static void setLong(PreparedStatement statement, int index, @Nullable Long value) throws SQLException {
        if (value == null) {
            statement.setNull(index, Types.INTEGER);
        } else {
            statement.setLong(index, value);
        }
    }

    /** There is one writer at a time. */
    @Override
    public void share(Handle handle, long project) {}

    /** There is one writer at a time. */
    @Override
    public void own(Handle handle, long project) {}

    /** There is one writer at a time. */
    @Override
    public void sharePrices(Handle handle) {}

    /** There is one writer at a time. */
    @Override
    public void ownPrices(Handle handle) {}

    @Override
    public Instant deletableUntil(Instant wanted) {
        return wanted;
    }

    /** One table has room for all of them. */
    @Override
    public void makeRoom(Handle handle, Instant now) {}

    /** Records go one by one. */
    @Override
    public boolean giveBack(Handle handle, Instant before) {
        return false;
    }
}
