package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The SQLite that the driver brings. Where the platform runs inside a test, the application's build decides which driver that is: Spring Boot
 * 4.0 manages one in which the schema is a syntax error.
 */
final class SqliteVersion {
    /** The first that can take a constraint away from a column. */
    private static final int[] NEEDED = {3, 53, 0};

    private SqliteVersion() {}

    /** @throws StoreUnavailableException if it is too old */
    static void require(Connection connection) throws SQLException {
        require(connection.getMetaData().getDatabaseProductVersion());
    }

    static void require(String version) {
        String[] parts = version.split("\\.");
        for (int i = 0; i < NEEDED.length; i++) {
            int part = i < parts.length ? Integer.parseInt(parts[i]) : 0;
            if (part > NEEDED[i]) {
                return;
            }
            if (part < NEEDED[i]) {
                throw new StoreUnavailableException(
                        "the driver org.xerial:sqlite-jdbc on the class path brings SQLite " + version
                                + ", and 3.53.0 or newer is needed; set its version to 3.53.4.0 or newer"
                                + " (with Spring Boot: the build's property sqlite-jdbc.version)",
                        null);
            }
        }
    }
}
