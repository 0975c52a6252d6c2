package dev.inferencekey.server.store.transfer;

import dev.inferencekey.server.store.sql.Dialect;
import dev.inferencekey.server.store.sqlite.SqliteDialect;
import dev.inferencekey.server.store.transfer.TableShape.Column;
import dev.inferencekey.server.store.transfer.TableShape.Kind;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A SQLite file. */
final class SqliteDatabase extends Database {
    private static final int BATCH = 500;
    private static final int BUSY_TIMEOUT_MILLIS = 5_000;

    private SqliteDatabase(Connection connection, Path file) {
        super(connection, file.toString());
    }

    /** One snapshot of a file that may be in use. */
    static SqliteDatabase toRead(Path file) throws SQLException {
        SqliteDatabase database = open(file);
        database.execute("pragma query_only = true");
        database.begin();
        return database;
    }

    /** A file that nobody else uses. */
    static SqliteDatabase toWrite(Path file) throws SQLException {
        SqliteDatabase database = open(file);
        database.begin();
        return database;
    }

    private static SqliteDatabase open(Path file) throws SQLException {
        return new SqliteDatabase(connect(file), file);
    }

    static Connection connect(Path file) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:sqlite:" + file + "?foreign_keys=true&busy_timeout=" + BUSY_TIMEOUT_MILLIS);
    }

    private void begin() throws SQLException {
        connection().setAutoCommit(false);
    }

    @Override
    List<TableShape> tables() throws SQLException {
        List<TableShape> tables = new ArrayList<>();
        for (String name : texts("""
                select name from sqlite_schema
                 where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name
                """)) {
            tables.add(shape(name));
        }
        return tables;
    }

    private TableShape shape(String name) throws SQLException {
        List<Column> columns = new ArrayList<>();
        String numbered = null;
        try (Statement statement = connection().createStatement();
                ResultSet found = statement.executeQuery(
                        "select name, type, pk, hidden from pragma_table_xinfo('" + name + "') order by name")) {
            while (found.next()) {
                if (found.getInt("hidden") == 0) {
                    Column column = new Column(found.getString("name"), kind(found.getString("type")));
                    columns.add(column);
                    numbered = found.getInt("pk") == 1 && column.kind() == Kind.INTEGER ? column.name() : numbered;
                }
            }
        }
        Set<String> parents = new HashSet<>(texts("select \"table\" from pragma_foreign_key_list('" + name + "')"));
        parents.remove(name);
        return new TableShape(name, columns, parents, numbered);
    }

    private static Kind kind(String type) {
        return switch (type.toLowerCase(Locale.ROOT)) {
            case "text" -> Kind.TEXT;
            case "blob" -> Kind.BYTES;
            default -> Kind.INTEGER;
        };
    }

    @Override
    Writer writer(TableShape table) throws SQLException {
        String marks = String.join(", ", Collections.nCopies(table.columns().size(), "?"));
        PreparedStatement insert = connection()
                .prepareStatement(
                        "insert into " + table.name() + " (" + table.columnList() + ") values (" + marks + ")");
        return new Writer() {
            private int waiting;

            @Override
            public void next(@Nullable Object[] values) throws SQLException {
                for (int i = 0; i < values.length; i++) {
                    insert.setObject(i + 1, values[i]);
                }
                insert.addBatch();
                if (++waiting == BATCH) {
                    insert.executeBatch();
                    waiting = 0;
                }
            }

            @Override
            public void giveUp() throws SQLException {
                insert.close();
            }

            @Override
            public void finish() throws SQLException {
                try (insert) {
                    insert.executeBatch();
                }
            }
        };
    }

    /** Only tables with a memory of their own need it: others are numbered behind the largest. */
    @Override
    void numberOn(TableShape table, long least) throws SQLException {
        if (asks("select exists (select 1 from sqlite_schema where name = '" + table.name()
                + "' and sql like '%autoincrement%')")) {
            execute("delete from sqlite_sequence where name = '" + table.name() + "'");
            execute("insert into sqlite_sequence (name, seq) select '" + table.name() + "', max(" + least
                    + ", coalesce((select max(" + table.numbered() + ") from " + table.name() + "), 0))");
        }
    }

    @Override
    long lastNumber(TableShape table) throws SQLException {
        return number("select seq from sqlite_sequence where name = '" + table.name() + "'");
    }

    @Override
    void empty(List<TableShape> tables) throws SQLException {
        for (TableShape table : tables) {
            execute("delete from " + table.name());
        }
    }

    /** Whoever writes to a file does so alone. */
    @Override
    void lock(List<TableShape> tables) {}

    @Override
    void makeRoom(Collection<LocalDate> days) {}

    /** The queries are written for what it does without. */
    @Override
    void analyze(List<TableShape> tables) {}

    @Override
    Dialect dialect() {
        return SqliteDialect.INSTANCE;
    }

    @Override
    String product() throws SQLException {
        return "SQLite " + connection().getMetaData().getDatabaseProductVersion();
    }

    @Override
    String soundness() {
        return "every page of the file and every index is as it should be";
    }

    @Override
    long brokenReferences() throws SQLException {
        return number("select count(*) from pragma_foreign_key_check");
    }

    @Override
    List<String> damage() throws SQLException {
        List<String> found = new ArrayList<>(texts("pragma integrity_check(5)"));
        found.remove("ok");
        return found.stream().sorted(Comparator.naturalOrder()).toList();
    }
}
