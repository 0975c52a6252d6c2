package dev.inferencekey.server.store.transfer;

import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.store.sql.Dialect;
import dev.inferencekey.server.store.sql.OpenTransaction;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One whole database behind one connection, within one transaction. What differs between the two kinds is in the subclasses. Not thread-safe.
 */
abstract class Database implements AutoCloseable {
    private static final int FETCH = 2_000;
    private static final long MICROS_PER_DAY = 86_400_000_000L;

    private final Connection connection;
    private final String name;

    Database(Connection connection, String name) {
        this.connection = connection;
        this.name = name;
    }

    final Connection connection() {
        return connection;
    }

    /** For people; without secrets. */
    final String name() {
        return name;
    }

    /** All tables of the product and of the libraries that it keeps tables for. */
    abstract List<TableShape> tables() throws SQLException;

    /** Writes rows into a table. */
    abstract Writer writer(TableShape table) throws SQLException;

    /** Lets the database number on behind what the table holds, and behind {@code least}. */
    abstract void numberOn(TableShape table, long least) throws SQLException;

    /** The last number that the database gave to a row of the table, which need not be there any more; 0 if it gave none. */
    abstract long lastNumber(TableShape table) throws SQLException;

    /** Removes all rows of these tables, of which each is referred to by none of those before it. */
    abstract void empty(List<TableShape> tables) throws SQLException;

    /** Keeps everybody else away from these tables until the transaction ends. */
    abstract void lock(List<TableShape> tables) throws SQLException;

    /** Makes room for usage of these days, where each has a room of its own. */
    abstract void makeRoom(Collection<LocalDate> days) throws SQLException;

    /** Lets the database look at what the tables hold, so that it finds its way in them from the start, where it does not by itself. */
    abstract void analyze(List<TableShape> tables) throws SQLException;

    /** What this kind of database says in its own way. */
    abstract Dialect dialect();

    /** The same as a running server sees it, within this transaction. */
    final Store asStore() {
        return new OpenTransaction(connection, dialect());
    }

    /** The database's product and version. */
    abstract String product() throws SQLException;

    /** What is wrong with how the database keeps its data, as far as it can tell; empty if nothing is. */
    abstract List<String> damage() throws SQLException;

    /** What {@link #damage} looks at. */
    abstract String soundness();

    /** How many rows refer to one that is not there, although the database should see to that. */
    abstract long brokenReferences() throws SQLException;

    /** Takes rows for one table. */
    interface Writer extends Rows {
        /** All rows have been given; they are in the table from here on, for this transaction. */
        void finish() throws SQLException;

        /** No more rows come; the connection is free for what ends the transaction. */
        void giveUp() throws SQLException;
    }

    /** Hands each row of the table on, a few thousand at most in memory. */
    final void read(TableShape table, Rows rows) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(FETCH);
            try (ResultSet found = statement.executeQuery("select " + table.columnList() + " from " + table.name())) {
                @Nullable Object[] values = new Object[table.columns().size()];
                while (found.next()) {
                    for (int i = 0; i < values.length; i++) {
                        values[i] = value(found, i + 1, table.columns().get(i).kind());
                    }
                    rows.next(values);
                }
            }
        }
    }

    private static @Nullable Object value(ResultSet row, int column, TableShape.Kind kind) throws SQLException {
        Object value = switch (kind) {
            case INTEGER -> row.getLong(column);
            case TEXT -> row.getString(column);
            case BYTES -> row.getBytes(column);
        };
        return row.wasNull() ? null : value;
    }

    /** The version of the tables, 0 if there are none. */
    final int schemaVersion() throws SQLException {
        boolean known = tables().stream().anyMatch(table -> table.name().equals(TransferPlan.SCHEMA_HISTORY));
        return known
                ? (int) number("select max(cast(version as integer)) from " + TransferPlan.SCHEMA_HISTORY
                        + " where version is not null")
                : 0;
    }

    /** The newest days in UTC that there is usage of, {@code limit} at most. */
    final List<LocalDate> daysOfUsage(int limit) throws SQLException {
        List<LocalDate> days = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("select distinct at / " + MICROS_PER_DAY
                        + " as day from usage_records order by day desc limit " + limit)) {
            while (found.next()) {
                days.add(LocalDate.ofEpochDay(found.getLong(1)));
            }
        }
        return days;
    }

    /** What is in the table. */
    final RowDigest digest(TableShape table) throws SQLException {
        RowDigest digest = new RowDigest();
        read(table, digest::add);
        return digest;
    }

    final boolean isEmpty(TableShape table) throws SQLException {
        return !asks("select exists (select 1 from " + table.name() + ")");
    }

    /** The answer to a yes-or-no question. */
    final boolean asks(String sql) throws SQLException {
        return number(sql) != 0;
    }

    /** The one number that a query answers; 0 for none. */
    final long number(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            if (!found.next()) {
                return 0;
            }
            Object value = found.getObject(1);
            return value instanceof Boolean yes ? (yes ? 1 : 0) : value == null ? 0 : ((Number) value).longValue();
        }
    }

    /** The one text of each row that a query answers. */
    final List<String> texts(String sql) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            while (found.next()) {
                texts.add(found.getString(1));
            }
        }
        return texts;
    }

    final void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    final void commit() throws SQLException {
        connection.commit();
    }

    /** Ends the transaction without a trace unless it was committed. */
    @Override
    public final void close() {
        try (Connection closing = connection) {
            closing.rollback();
        } catch (SQLException e) {
            // The database ends the transaction of a connection that is gone.
            Objects.requireNonNull(e);
        }
    }
}
