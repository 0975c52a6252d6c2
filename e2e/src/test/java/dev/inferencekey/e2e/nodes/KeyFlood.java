package dev.inferencekey.e2e.nodes;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Fills a database with more keys than anyone would mint over the network: copies of one that was, with ids and secrets of their own. */
final class KeyFlood {
    private final Connection database;

    private KeyFlood(Connection database) {
        this.database = database;
    }

    /** Adds so many copies of the key with this id; nodes learn of them at their next start. */
    static void pour(Nodes nodes, String id, int count) {
        try (Connection database = nodes.connect()) {
            KeyFlood flood = new KeyFlood(database);
            String copy = "'key_flood' || lpad(n::text, 8, '0')";
            String ordinal = "1000000 + n";
            String ofTemplate = " (select project_id, ordinal from api_keys where id = '" + id + "')";
            flood.copy(
                    "api_keys",
                    "id = '" + id + "'",
                    count,
                    Map.of("id", copy, "name", "'customer ' || n", "ordinal", ordinal));
            flood.copy(
                    "api_key_secrets",
                    "credential_id = '" + id + "'",
                    count,
                    Map.of(
                            "credential_id",
                            copy,
                            "public_id",
                            // Each number once: the factor is odd.
                            "lpad(to_hex(n::bigint * 2654435761 % 4294967296), 8, '0')",
                            "sha256",
                            "sha256(n::text::bytea)"));
            flood.copy(
                    "api_key_grants",
                    "(project_id, ordinal) =" + ofTemplate,
                    count,
                    Map.of("ordinal", ordinal, "piece", "(" + ordinal + ") / 2048", "name_key", "'customer ' || n"));
            try (Statement statement = database.createStatement()) {
                statement.execute("analyze");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What columns there are is the server's business: all but those given are as in the copied row. */
    private void copy(String table, String which, int count, Map<String, String> given) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (Statement statement = database.createStatement();
                ResultSet rows = statement.executeQuery("select column_name from information_schema.columns"
                        + " where table_name = '" + table + "' and is_generated = 'NEVER'")) {
            while (rows.next()) {
                columns.add(rows.getString(1));
            }
        }
        List<String> values = columns.stream()
                .map(column -> given.getOrDefault(column, column))
                .toList();
        try (Statement statement = database.createStatement()) {
            statement.execute("insert into " + table + " (" + String.join(", ", columns) + ") select "
                    + String.join(", ", values) + " from " + table + ", generate_series(1, " + count + ") n where "
                    + which);
        }
    }
}
