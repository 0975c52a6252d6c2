package dev.inferencekey.server.store.transfer;

import dev.inferencekey.server.store.postgres.CopyInto;
import dev.inferencekey.server.store.postgres.PostgresAddress;
import dev.inferencekey.server.store.postgres.PostgresDialect;
import dev.inferencekey.server.store.postgres.UsagePartitions;
import dev.inferencekey.server.store.sql.Dialect;
import dev.inferencekey.server.store.transfer.TableShape.Column;
import dev.inferencekey.server.store.transfer.TableShape.Kind;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A PostgreSQL database: the tables in the first schema of the user's search path. */
final class PostgresDatabase extends Database {
    private static final int PIECE = 64 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private PostgresDatabase(Connection connection, PostgresAddress address) {
        super(connection, address.toString());
    }

    /** One snapshot of a database that may be in use. */
    static PostgresDatabase toRead(PostgresAddress address) throws SQLException {
        PostgresDatabase database = open(address);
        database.execute("set transaction isolation level repeatable read, read only");
        return database;
    }

    static PostgresDatabase toWrite(PostgresAddress address) throws SQLException {
        return open(address);
    }

    private static PostgresDatabase open(PostgresAddress address) throws SQLException {
        Connection connection = DriverManager.getConnection(address.driverUrl(), address.driverProperties());
        connection.setAutoCommit(false);
        return new PostgresDatabase(connection, address);
    }

    @Override
    List<TableShape> tables() throws SQLException {
        Map<String, List<Column>> columns = new TreeMap<>();
        Map<String, String> numbered = new HashMap<>();
        // Partitions are read and written through the table that they are parts of.
        each("""
                select c.relname, a.attname, t.typname, a.attidentity <> '' as numbered
                  from pg_class c
                  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                  join pg_type t on t.oid = a.atttypid
                 where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
                   and not c.relispartition and a.attgenerated = ''
                 order by c.relname, a.attname
                """, row -> {
            columns.computeIfAbsent(row.getString(1), _ -> new ArrayList<>())
                    .add(new Column(row.getString(2), kind(row.getString(3))));
            if (row.getBoolean(4)) {
                numbered.put(row.getString(1), row.getString(2));
            }
        });
        Map<String, Set<String>> parents = new HashMap<>();
        each(
                """
                select child.relname, parent.relname
                  from pg_constraint k
                  join pg_class child on child.oid = k.conrelid
                  join pg_class parent on parent.oid = k.confrelid
                 where k.contype = 'f' and child.relnamespace = current_schema()::regnamespace
                   and child.oid <> parent.oid
                """,
                row -> parents.computeIfAbsent(row.getString(1), _ -> new HashSet<>())
                        .add(row.getString(2)));
        List<TableShape> tables = new ArrayList<>();
        columns.forEach((name, itsColumns) ->
                tables.add(new TableShape(name, itsColumns, parents.getOrDefault(name, Set.of()), numbered.get(name))));
        return tables;
    }

    private static Kind kind(String type) {
        return switch (type) {
            case "text", "varchar" -> Kind.TEXT;
            case "bytea" -> Kind.BYTES;
            default -> Kind.INTEGER;
        };
    }

    private interface EachRow {
        void row(ResultSet row) throws SQLException;
    }

    private void each(String sql, EachRow action) throws SQLException {
        try (Statement statement = connection().createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            while (found.next()) {
                action.row(found);
            }
        }
    }

    @Override
    Writer writer(TableShape table) throws SQLException {
        CopyInto copy = new CopyInto(connection(), table.name(), table.columnList());
        return new Writer() {
            private final CopyText text = new CopyText();

            @Override
            public void next(@Nullable Object[] values) throws SQLException {
                text.add(table.name(), values);
                if (text.length() >= PIECE) {
                    send();
                }
            }

            private void send() throws SQLException {
                copy.write(text.take());
            }

            @Override
            public void giveUp() throws SQLException {
                copy.giveUp();
            }

            @Override
            public void finish() throws SQLException {
                if (text.length() > 0) {
                    send();
                }
                copy.finish();
            }
        };
    }

    @Override
    void numberOn(TableShape table, long least) throws SQLException {
        String column = table.numbered();
        if (column != null) {
            number("select setval(pg_get_serial_sequence('" + table.name() + "', '" + column + "'), greatest(" + least
                    + ", coalesce((select max(" + column + ") from " + table.name() + "), 0)) + 1, false)");
        }
    }

    @Override
    long lastNumber(TableShape table) throws SQLException {
        String sequence = texts("select pg_get_serial_sequence('" + table.name() + "', '" + table.numbered() + "')")
                .getFirst();
        return number("select case when is_called then last_value else last_value - 1 end from " + sequence);
    }

    @Override
    void lock(List<TableShape> tables) throws SQLException {
        execute("set local lock_timeout = '" + PATIENCE.toSeconds() + "s'");
        try {
            execute("lock table " + names(tables) + " in access exclusive mode");
        } catch (SQLException e) {
            if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                throw new TransferException(
                        name() + " is in use; stop all nodes, end other programs that work with it, and try again", e);
            }
            throw e;
        }
        execute("set local lock_timeout = 0");
    }

    @Override
    void makeRoom(Collection<LocalDate> days) {
        UsagePartitions.make(connection(), days);
    }

    @Override
    void analyze(List<TableShape> tables) throws SQLException {
        execute("analyze " + names(tables));
    }

    private static String names(List<TableShape> tables) {
        return tables.stream().map(TableShape::name).collect(Collectors.joining(", "));
    }

    @Override
    Dialect dialect() {
        return PostgresDialect.INSTANCE;
    }

    @Override
    String product() throws SQLException {
        return "PostgreSQL " + connection().getMetaData().getDatabaseProductVersion();
    }

    /** PostgreSQL looks after its files itself; an index that it could not finish is left for others to notice. */
    @Override
    List<String> damage() throws SQLException {
        return texts("""
                select 'the index ' || i.indexrelid::regclass || ' is not valid: reindex it'
                  from pg_index i join pg_class c on c.oid = i.indrelid
                 where not i.indisvalid and c.relnamespace = current_schema()::regnamespace
                """);
    }

    @Override
    String soundness() {
        return "every index is valid";
    }

    /** Enforced with each change, unless somebody has switched that off. */
    @Override
    long brokenReferences() throws SQLException {
        return number("""
                select count(*) from pg_constraint k join pg_class c on c.oid = k.conrelid
                 where k.contype = 'f' and not k.convalidated and c.relnamespace = current_schema()::regnamespace
                """);
    }

    @Override
    void empty(List<TableShape> tables) throws SQLException {
        execute("truncate " + names(tables));
    }
}
