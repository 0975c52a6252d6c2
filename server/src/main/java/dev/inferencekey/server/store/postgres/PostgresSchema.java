package dev.inferencekey.server.store.postgres;

import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.store.sql.SchemaHistory;
import dev.inferencekey.server.store.sql.SchemaVersion;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationVersion;
import org.jspecify.annotations.Nullable;

/**
 * Brings the tables up to date. One node at a time does: Flyway holds a lock of the database meanwhile, and who comes second finds nothing
 * left to do.
 */
final class PostgresSchema {
    /** The oldest major version of PostgreSQL that is tried, and that its makers still look after. */
    private static final int OLDEST = 14;

    private static final String MAX_CONNECT_SECONDS = "5";
    private static final String MAX_ANSWER_SECONDS = "20";

    private PostgresSchema() {}

    /**
     * @param changesTables whether tables may be made and brought up to date
     * @throws StoreUnavailableException if the database can't be reached or used
     */
    static void prepare(PostgresAddress address, boolean changesTables) {
        try (Connection connection = DriverManager.getConnection(address.driverUrl(), withBounds(address))) {
            requireUsable(connection, address);
            SchemaHistory present =
                    SchemaHistory.read(connection, "select to_regclass('flyway_schema_history') is not null");
            if (present != null) {
                present.refuseNewer(address.toString());
                if (present.isCurrent()) {
                    return;
                }
            }
            if (!changesTables) {
                throw new StoreUnavailableException(
                        "the tables in " + address
                                + (present == null ? " are not made yet" : " are of an older release")
                                + "; start a server with the role all or manager first, or run `ik store migrate`",
                        null);
            }
            requireRights(connection, address);
        } catch (SQLException e) {
            throw PostgresFailure.ofOpening(new IllegalStateException(e), address);
        }
        migrate(address);
    }

    private static Properties withBounds(PostgresAddress address) {
        Properties properties = address.driverProperties();
        properties.setProperty("connectTimeout", MAX_CONNECT_SECONDS);
        properties.setProperty("loginTimeout", MAX_CONNECT_SECONDS);
        properties.setProperty("socketTimeout", MAX_ANSWER_SECONDS);
        return properties;
    }

    private static void requireUsable(Connection connection, PostgresAddress address) throws SQLException {
        int version = connection.getMetaData().getDatabaseMajorVersion();
        if (version < OLDEST) {
            throw new StoreUnavailableException(
                    "the database " + address + " runs on PostgreSQL " + version + "; this product needs " + OLDEST
                            + " or newer",
                    null);
        }
        String encoding = text(
                connection, "select pg_encoding_to_char(encoding) from pg_database where datname = current_database()");
        if (!"UTF8".equals(encoding)) {
            throw new StoreUnavailableException(
                    "the database " + address + " keeps text as " + encoding
                            + "; create one with encoding 'UTF8' template template0",
                    null);
        }
    }

    private static void requireRights(Connection connection, PostgresAddress address) throws SQLException {
        String may = text(connection, "select coalesce(has_schema_privilege(current_schema(), 'create'), false)::text");
        if (!"true".equals(may)) {
            throw new StoreUnavailableException(
                    "the user " + address.user() + " may not make tables in the database " + address
                            + "; make it the owner: alter database " + address.database() + " owner to "
                            + address.user(),
                    null);
        }
    }

    private static @Nullable String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            return found.next() ? found.getString(1) : null;
        }
    }

    private static void migrate(PostgresAddress address) {
        try {
            Flyway.configure(PostgresSchema.class.getClassLoader())
                    .dataSource(new OwnConnections(address))
                    .locations("classpath:db/postgres")
                    .target(MigrationVersion.fromVersion(Integer.toString(SchemaVersion.CURRENT)))
                    .installedBy(SchemaVersion.release())
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            RuntimeException translated = PostgresFailure.ofOpening(e, address);
            throw translated instanceof StoreUnavailableException
                    ? translated
                    : new StoreUnavailableException(
                            address
                                    + " can't be brought up to date; restore a backup, or start the release that wrote it",
                            e);
        }
    }
}
