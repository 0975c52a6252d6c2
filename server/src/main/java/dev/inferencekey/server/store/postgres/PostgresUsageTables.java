package dev.inferencekey.server.store.postgres;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.store.sql.UsageRow;
import dev.inferencekey.server.store.sql.UsageTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * One partition for each day of records, and one for the rest.
 *
 * <p>Notes. Importers of many nodes insert side by side, and roll-ups read what they have inserted. A roll-up that reads while a record is
 * on its way would miss it, and its importer would not know that it came late. So each project has an advisory lock, which importers share
 * and a roll-up has alone: whoever has it sees all that was committed before, since in a transaction of {@code append} each statement
 * sees what is committed by then. Advisory locks queue up in the order of asking, which a row lock does not: importers that always
 * overlap would keep a roll-up waiting without end.
 *
 * <p>Partitions are made ahead by whoever sums up. A record whose day has none goes to the rest and is moved when its day gets one, so
 * importing waits for no partition and needs no right to make one. A day goes whole once every project has summed it up.
 */
final class PostgresUsageTables implements UsageTables {
    /** Arrays as columns: one statement of always the same text, however many rows. */
    private static final String INSERT = "insert into usage_records (" + UsageRow.COLUMNS + ")"
            + " select * from unnest(?::bigint[], ?::bigint[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::integer[],"
            + " ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::integer[],"
            + " ?::integer[], ?::integer[], ?::text[], ?::bigint[]) on conflict do nothing";

    /** The first number of advisory locks of two numbers; the other one is the project's. */
    private static final int PROJECT_LOCKS = 0x696b75;

    /** The number of no project. */
    private static final long PRICES = 0;

    private final UsagePartitions partitions = new UsagePartitions();

    @Override
    public void insert(Connection connection, List<UsageRow> rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            Columns columns = new Columns(connection, statement, rows);
            columns.numbers(UsageRow::project);
            columns.numbers(UsageRow::at);
            columns.texts(UsageRecord::id);
            columns.numbers(UsageRow::series);
            columns.texts(UsageRecord::requestId);
            columns.texts(UsageRecord::clientAddress);
            columns.small(UsageRow::outcome);
            columns.numbers(row -> row.usage().inputTokens());
            columns.numbers(row -> row.usage().outputTokens());
            columns.numbers(row -> row.usage().cachedTokens());
            columns.numbers(row -> row.usage().durationMicros());
            columns.numbers(row -> row.usage().firstByteMicros());
            columns.numbers(row -> row.usage().requestBytes());
            columns.numbers(row -> row.usage().responseBytes());
            columns.small(row -> row.usage().streamed() ? 1 : 0);
            columns.small(row -> row.usage().cancelled() ? 1 : 0);
            columns.small(row -> row.usage().estimated() ? 1 : 0);
            columns.texts(UsageRecord::error);
            columns.numbers(row -> row.usage().costNanoUsd());
            statement.executeUpdate();
        }
    }

    /** Binds one column after the other. */
    private static final class Columns {
        private final Connection connection;
        private final PreparedStatement statement;
        private final List<UsageRow> rows;
        private int position;

        Columns(Connection connection, PreparedStatement statement, List<UsageRow> rows) {
            this.connection = connection;
            this.statement = statement;
            this.rows = rows;
        }

        void numbers(Function<UsageRow, @Nullable Long> value) throws SQLException {
            bind("bigint", rows.stream().map(value).toArray());
        }

        void small(Function<UsageRow, Integer> value) throws SQLException {
            bind("integer", rows.stream().map(value).toArray());
        }

        void texts(Function<UsageRecord, @Nullable String> value) throws SQLException {
            bind("text", rows.stream().map(row -> value.apply(row.usage())).toArray());
        }

        private void bind(String type, @Nullable Object[] values) throws SQLException {
            statement.setArray(++position, connection.createArrayOf(type, values));
        }
    }

    @Override
    public void share(Handle handle, long project) {
        lock(handle, "pg_advisory_xact_lock_shared", project);
    }

    @Override
    public void own(Handle handle, long project) {
        lock(handle, "pg_advisory_xact_lock", project);
    }

    private static void lock(Handle handle, String function, long project) {
        handle.createQuery("select 1 from (select " + function + "(:locks, cast(:project as integer))) held")
                .bind("locks", PROJECT_LOCKS)
                // Different projects may share a lock, which costs them waiting and nothing else.
                .bind("project", (int) project)
                .mapTo(Integer.class)
                .one();
    }

    @Override
    public void sharePrices(Handle handle) {
        lock(handle, "pg_advisory_xact_lock_shared", PRICES);
    }

    @Override
    public void ownPrices(Handle handle) {
        lock(handle, "pg_advisory_xact_lock", PRICES);
    }

    @Override
    public Instant deletableUntil(Instant wanted) {
        return UsagePartitions.startOfDay(wanted);
    }

    @Override
    public void makeRoom(Handle handle, Instant now) {
        partitions.make(handle, now);
    }

    @Override
    public boolean giveBack(Handle handle, Instant before) {
        return partitions.drop(handle, before);
    }
}
