package dev.inferencekey.server.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SqliteScriptsTest {
    @TempDir
    private Path folder;

    @Test
    void aVolatileStoreHasTheTablesAndRowsOfAMigratedOne() throws SQLException {
        Path migrated = folder.resolve("migrated.db");
        Path scripted = folder.resolve("scripted.db");
        FastSqlite.open(migrated).close();
        SqliteStore.makeVolatile(scripted).close();

        Map<String, String> expected = contents(migrated);
        assertThat(contents(scripted)).isEqualTo(expected);
        assertThat(expected).hasSizeGreaterThan(20);
    }

    @Test
    void aVolatileStoreIsMadeOnNoFileThatExists() {
        Path file = folder.resolve("inferencekey.db");
        SqliteStore.makeVolatile(file).close();
        assertThatThrownBy(() -> SqliteStore.makeVolatile(file))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("exists");
    }

    /** What each table and index is made of, with the number of its rows; without Flyway's own. */
    private static Map<String, String> contents(Path file) throws SQLException {
        Map<String, String> contents = new TreeMap<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery(
                    "select type, name, sql from sqlite_schema where tbl_name <> 'flyway_schema_history'")) {
                while (rows.next()) {
                    contents.put(rows.getString(1) + " " + rows.getString(2), String.valueOf(rows.getString(3)));
                }
            }
            for (Map.Entry<String, String> entry : contents.entrySet()) {
                if (entry.getKey().startsWith("table ")) {
                    String table = entry.getKey().substring("table ".length());
                    try (ResultSet count = statement.executeQuery("select count(*) from \"" + table + "\"")) {
                        entry.setValue(entry.getValue() + " with rows: " + count.getInt(1));
                    }
                }
            }
        }
        return contents;
    }
}
