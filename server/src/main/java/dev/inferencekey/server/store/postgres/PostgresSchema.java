package dev.inferencekey.server.store.postgres;

import dev.inferencekey.server.ports.store.NewerDataException;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.store.sql.SchemaVersion;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationVersion;
import org.jspecify.annotations.Nullable;

/**
 * Brings the tables up to date. One node at a time does: Flyway holds a lock of the database meanwhile, and who comes second finds nothing
 * left to do.
 */
final class PostgresSchema {
    private PostgresSchema() {}

    /** What the database says of itself. */
    private record Present(int version, boolean complete, String writtenBy) {}

    static void prepare(PostgresAddress address) {
        try (Connection connection = DriverManager.getConnection(address.driverUrl(), address.driverProperties())) {
            Present present = present(connection);
            if (present != null && present.version() > SchemaVersion.CURRENT) {
                throw new NewerDataException(address + " was written by " + present.writtenBy() + " in data version "
                        + present.version() + ", and this release reads up to " + SchemaVersion.CURRENT
                        + "; start that release or a newer one");
            }
            if (present != null && present.version() == SchemaVersion.CURRENT && present.complete()) {
                return;
            }
        } catch (SQLException e) {
            throw PostgresFailure.translate(new IllegalStateException(e), address);
        }
        migrate(address);
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
            RuntimeException translated = PostgresFailure.translate(e, address);
            throw translated instanceof StoreUnavailableException
                    ? translated
                    : new StoreUnavailableException(
                            address
                                    + " can't be brought up to date; restore a backup, or start the release that wrote it",
                            e);
        }
    }

    private static @Nullable Present present(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet table = statement.executeQuery("select to_regclass('flyway_schema_history') is not null")) {
                if (!table.next() || !table.getBoolean(1)) {
                    return null;
                }
            }
            try (ResultSet newest = statement.executeQuery("""
                    select cast(version as integer) as version, installed_by,
                           (select bool_and(success) from flyway_schema_history) as complete
                      from flyway_schema_history
                     where version is not null
                     order by cast(version as integer) desc
                     limit 1
                    """)) {
                if (!newest.next()) {
                    return null;
                }
                String writtenBy = newest.getString("installed_by");
                return new Present(
                        newest.getInt("version"),
                        newest.getBoolean("complete"),
                        writtenBy == null ? "another release" : writtenBy);
            }
        }
    }
}
