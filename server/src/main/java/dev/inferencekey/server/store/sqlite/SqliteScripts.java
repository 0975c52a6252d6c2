package dev.inferencekey.server.store.sqlite;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Makes the tables of an empty database that nobody will ever bring up to date: by the scripts alone, without Flyway and its history,
 * which would take a third of a test platform's start.
 */
final class SqliteScripts {
    /** In this order; Flyway finds them by itself. */
    private static final List<String> NAMES = List.of(
            "V1__first_release",
            "V2__usage_by_project",
            "V3__limits",
            "V4__usage_series",
            "V5__people",
            "V6__find_keys",
            "V7__usage_sums",
            "V8__single_sign_on",
            "V9__prices",
            "V10__secrets_for_hosts",
            "V11__how_requests_ended",
            "V12__sessions",
            "V13__history_by_id",
            "V14__nodes",
            "V15__what_holds_for_all_nodes",
            "V16__limit_slices",
            "V17__budgets",
            "V18__replicas",
            "V19__engine_counts",
            "V21__what_gateways_report",
            "V22__webhook_events");

    private SqliteScripts() {}

    static void run(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            for (String name : NAMES) {
                statement.executeUpdate(read(name));
            }
        }
        connection.commit();
    }

    private static String read(String name) {
        String resource = "/db/sqlite/" + name + ".sql";
        try (InputStream in = SqliteScripts.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new FileNotFoundException(resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the script " + resource + " can't be read", e);
        }
    }
}
