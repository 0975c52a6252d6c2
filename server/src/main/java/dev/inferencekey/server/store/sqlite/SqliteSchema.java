package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.store.sql.SchemaHistory;
import dev.inferencekey.server.store.sql.SchemaVersion;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationVersion;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteDataSource;

/**
 * Makes the database file and brings its tables up to date.
 *
 * <p>Notes. A look into Flyway's own table tells whether anything is to be done; Flyway itself, which takes most of a start's time, is
 * only asked when something is.
 */
final class SqliteSchema {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private SqliteSchema() {}

    static void prepare(Path file, SynchronousMode synchronous) {
        restrict(file);
        SQLiteDataSource source = SqliteConnections.source(file, TransactionMode.IMMEDIATE, synchronous);
        try (Connection connection = source.getConnection()) {
            SqliteVersion.require(connection);
            SchemaHistory present = SchemaHistory.read(connection, """
                    select 1 from sqlite_schema where type = 'table' and name = 'flyway_schema_history'
                    """);
            if (present != null) {
                present.refuseNewer(file.toString());
                if (present.isCurrent()) {
                    return;
                }
            }
        } catch (SQLException e) {
            throw SqliteFailure.ofOpening(new IllegalStateException(e), file);
        }
        migrate(file, source);
    }

    /**
     * Makes a file that only this process will ever use: not to be opened by {@link #prepare} later.
     *
     * @throws StoreUnavailableException if there is such a file already, or it can't be made
     */
    static void makeVolatile(Path file, SynchronousMode synchronous) {
        if (Files.exists(file)) {
            throw new StoreUnavailableException(
                    file + " exists; a store that is not durable needs a folder of its own",
                    new FileAlreadyExistsException(file.toString()));
        }
        restrict(file);
        try (Connection connection = SqliteConnections.source(file, TransactionMode.IMMEDIATE, synchronous)
                .getConnection()) {
            SqliteVersion.require(connection);
            SqliteScripts.run(connection);
        } catch (SQLException e) {
            throw SqliteFailure.ofOpening(new IllegalStateException(e), file);
        }
    }

    private static void migrate(Path file, SQLiteDataSource source) {
        try {
            Flyway.configure(SqliteSchema.class.getClassLoader())
                    .dataSource(source)
                    .locations("classpath:db/sqlite")
                    .target(MigrationVersion.fromVersion(Integer.toString(SchemaVersion.CURRENT)))
                    .installedBy(SchemaVersion.release())
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            RuntimeException translated = SqliteFailure.ofOpening(e, file);
            throw translated instanceof StoreUnavailableException
                    ? translated
                    : new StoreUnavailableException(
                            file
                                    + " can't be brought up to date; put a backup in its place, or start the release that wrote it",
                            e);
        }
    }

    /** SQLite gives the files beside the database (log and index) the database's mode. */
    private static void restrict(Path file) {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        try {
            try {
                if (posix) {
                    Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
                } else {
                    Files.createFile(file);
                }
            } catch (FileAlreadyExistsException e) {
                if (posix) {
                    Files.setPosixFilePermissions(file, OWNER_ONLY);
                }
            }
        } catch (IOException e) {
            throw new StoreUnavailableException(
                    file + " can't be made or protected; check that its folder exists and belongs to the server's user",
                    e);
        }
    }
}
