package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.ports.store.NewerDataException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * What a database says of the state of its tables: Flyway's own table, read without Flyway, which takes most of a start's time.
 *
 * @param version the highest that was applied
 * @param complete whether none has failed half way
 * @param writtenBy the release that applied it
 */
public record SchemaHistory(int version, boolean complete, String writtenBy) {
    /** Null if there are no tables yet. {@code exists}: a query with a row of true if there is Flyway's table. */
    public static @Nullable SchemaHistory read(Connection connection, String exists) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet table = statement.executeQuery(exists)) {
                if (!table.next() || !table.getBoolean(1)) {
                    return null;
                }
            }
            try (ResultSet newest = statement.executeQuery("""
                    select cast(version as integer) as version, installed_by,
                           not exists (select 1 from flyway_schema_history where not success) as complete
                      from flyway_schema_history
                     where version is not null
                     order by cast(version as integer) desc
                     limit 1
                    """)) {
                if (!newest.next()) {
                    return null;
                }
                String writtenBy = newest.getString("installed_by");
                return new SchemaHistory(
                        newest.getInt("version"),
                        newest.getBoolean("complete"),
                        writtenBy == null ? "another release" : writtenBy);
            }
        }
    }

    /** Whether nothing is to be done. */
    public boolean isCurrent() {
        return version == SchemaVersion.CURRENT && complete;
    }

    /** @throws NewerDataException if a newer release wrote it; {@code where} tells people which database that is */
    public void refuseNewer(String where) {
        if (version > SchemaVersion.CURRENT) {
            throw new NewerDataException(where + " was written by " + writtenBy + " in data version " + version
                    + ", and this release reads up to " + SchemaVersion.CURRENT
                    + "; start that release or a newer one");
        }
    }
}
