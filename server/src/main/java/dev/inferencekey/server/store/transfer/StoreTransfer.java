package dev.inferencekey.server.store.transfer;

import dev.inferencekey.server.ports.store.InstallationStore.Sealed;
import dev.inferencekey.server.store.postgres.PostgresStore;
import dev.inferencekey.server.store.sql.SchemaVersion;
import dev.inferencekey.server.store.sqlite.SqliteStore;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Takes whole installations from one store to another: to move, to back up, to restore. A backup is a SQLite file, wherever it comes from
 * and wherever it goes to. Stateless and thread-safe.
 *
 * <p>Notes. Whoever moves or restores holds the lock of the data folder whose file takes part; a PostgreSQL database is refused while nodes
 * run on it. What is read stays as it is: a file of an older release is copied and brought up to date beside it.
 */
public final class StoreTransfer {
    private static final String TWO_AT_ONCE = "pg_try_advisory_xact_lock(hashtext('inferencekey: move or restore'))";

    /** The database's own clock says when a node was heard of, and what time it is now. */
    private static final String RUNNING = """
            select name from nodes
             where lost_at is null and heartbeat_at + lease_micros > extract(epoch from clock_timestamp()) * 1000000
             order by name
            """;

    private StoreTransfer() {}

    /**
     * What went along of one table.
     *
     * @param checksum the same in both stores
     */
    public record Copied(String table, long rows, String checksum) {}

    /**
     * Moves an installation into a store that has none. The source stays as it is.
     *
     * @throws TransferException if that can't be done; then the target has none still
     */
    public static List<Copied> move(StorePlace from, StorePlace to) {
        try (Database source = reading(from)) {
            requireNoNode(source, source.tables());
        } catch (SQLException e) {
            throw failed(from, to.toString(), e);
        }
        return transfer(from, to, false);
    }

    /**
     * Puts a backup in the place of a store.
     *
     * @param replace whether what is in that store may go; a file is kept beside it, as {@code ….replaced}
     * @throws TransferException if that can't be done; then the store is as it was
     */
    public static List<Copied> restore(Path backup, StorePlace to, boolean replace) {
        if (to instanceof StorePlace.File file
                && backup.toAbsolutePath()
                        .normalize()
                        .equals(beside(file.path(), ".fresh").toAbsolutePath().normalize())) {
            throw new TransferException(
                    backup
                            + " is what a restore was about to put in place when it was ended; rename it if you want to restore it");
        }
        if (!Files.isReadable(backup)) {
            throw new TransferException("the backup " + backup + " does not exist or can't be read");
        }
        return transfer(new StorePlace.File(backup), to, replace);
    }

    /**
     * Writes a backup of a store that may be in use, as it is at one moment, into a new file that only its owner may read.
     *
     * @return what the backup holds
     * @throws TransferException if that can't be done; then there is no file
     */
    public static List<Copied> backUp(StorePlace from, Path file) {
        if (Files.exists(file)) {
            throw new TransferException(file + " exists; name a file that does not");
        }
        Path unfinished = beside(file, ".unfinished");
        try {
            Files.createFile(
                    unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            throw new TransferException(
                    "another backup into " + file + " is under way, or one was ended half-way; in that case, remove "
                            + unfinished,
                    e);
        } catch (IOException e) {
            throw failed(from, file.toString(), e);
        }
        try {
            List<Copied> copied = switch (from) {
                case StorePlace.File source -> {
                    SqliteFiles.copy(source.path(), unfinished);
                    yield SqliteFiles.contents(unfinished);
                }
                case StorePlace.Shared source -> {
                    SqliteStore.open(unfinished).close();
                    try (Database database = reading(source)) {
                        requireCurrent(database);
                        yield copy(database, new StorePlace.File(unfinished), false);
                    }
                }
            };
            SqliteFiles.alone(unfinished);
            SqliteFiles.putInPlace(unfinished, file);
            return copied;
        } catch (IOException | SQLException e) {
            throw failed(from, file.toString(), e);
        } finally {
            SqliteFiles.delete(unfinished);
        }
    }

    /**
     * Looks whether a store is whole; it may be in use.
     *
     * @throws TransferException if it can't be looked at
     */
    public static List<StoreFinding> check(StorePlace place) {
        try (Database database = reading(place)) {
            return StoreCheck.check(database);
        } catch (SQLException e) {
            throw new TransferException(place + " can't be read: " + e.getMessage(), e);
        }
    }

    /**
     * What is sealed with the master key.
     *
     * @param check what tells whether a key is the right one, empty if nothing was sealed ever
     */
    public record SealedSecrets(Optional<byte[]> check, List<Sealed> secrets) {}

    /** What is sealed in a store, which may be in use. */
    public static SealedSecrets sealedSecrets(StorePlace place) {
        try (Database database = reading(place)) {
            return database.asStore()
                    .read(session -> new SealedSecrets(
                            session.installation().masterKeyCheck(),
                            session.installation().sealedSecrets()));
        } catch (SQLException e) {
            throw new TransferException(place + " can't be read: " + e.getMessage(), e);
        }
    }

    /** The version of the tables, 0 if there are none. */
    public static int version(StorePlace place) {
        try (Database database = reading(place)) {
            return database.schemaVersion();
        } catch (SQLException e) {
            throw new TransferException(place + " can't be read: " + e.getMessage(), e);
        }
    }

    private static List<Copied> transfer(StorePlace from, StorePlace to, boolean replace) {
        try {
            return switch (from) {
                case StorePlace.File source
                when isOlder(source) -> {
                    Path upToDate = beside(source.path(), ".upgraded");
                    try {
                        SqliteFiles.delete(upToDate);
                        SqliteFiles.copy(source.path(), upToDate);
                        SqliteStore.open(upToDate).close();
                        yield into(new StorePlace.File(upToDate), to, replace);
                    } finally {
                        SqliteFiles.delete(upToDate);
                    }
                }
                default -> into(from, to, replace);
            };
        } catch (IOException | SQLException e) {
            throw failed(from, to.toString(), e);
        }
    }

    private static List<Copied> into(StorePlace from, StorePlace to, boolean replace) throws IOException, SQLException {
        try (Database source = reading(from)) {
            requireCurrent(source);
            return switch (to) {
                case StorePlace.Shared shared -> intoDatabase(source, shared, replace);
                case StorePlace.File file -> intoFile(source, file.path(), replace);
            };
        }
    }

    /**
     * Notes. What speaks against it is looked for before the tables are brought up to date, since a database that is refused stays as it is; and
     * once more when nobody else comes to the tables any more, since somebody may have come in between.
     */
    private static List<Copied> intoDatabase(Database source, StorePlace.Shared to, boolean replace)
            throws SQLException {
        try (Database guard = writing(to)) {
            if (!guard.asks("select " + TWO_AT_ONCE)) {
                throw new TransferException("another move or restore into " + to + " is under way");
            }
            try (Database before = reading(to)) {
                int version = before.schemaVersion();
                if (version > 0) {
                    boolean used = requireFree(before, replace);
                    if (used && version < SchemaVersion.CURRENT) {
                        throw new TransferException(
                                to + " holds an installation of an older release; bring it up to date"
                                        + " with `ik store migrate` first, or name an empty database");
                    }
                }
            }
            PostgresStore.open(to.address()).close();
            return copy(source, to, replace);
        }
    }

    private static List<Copied> intoFile(Database source, Path file, boolean replace) throws IOException, SQLException {
        Path fresh = beside(file, ".fresh");
        SqliteFiles.refuseUsed(file, replace);
        try {
            SqliteFiles.delete(fresh);
            SqliteStore.open(fresh).close();
            List<Copied> copied = copy(source, new StorePlace.File(fresh), false);
            SqliteFiles.alone(fresh);
            for (SqliteFiles.Step step : SqliteFiles.exchange(fresh, file)) {
                step.take();
            }
            return copied;
        } finally {
            SqliteFiles.delete(fresh);
        }
    }

    private static List<Copied> copy(Database source, StorePlace to, boolean replace) throws SQLException {
        try (Database target = writing(to)) {
            requireFree(target, replace);
            List<TableShape> emptied = target.tables().stream()
                    .filter(table -> !TransferPlan.STAYS.contains(table.name()))
                    .toList();
            target.lock(emptied);
            requireFree(target, replace);
            target.empty(emptied);
            return StoreCopy.copy(source, target);
        }
    }

    private static Database reading(StorePlace place) throws SQLException {
        return switch (place) {
            case StorePlace.File file -> SqliteDatabase.toRead(file.path());
            case StorePlace.Shared shared -> PostgresDatabase.toRead(shared.address());
        };
    }

    private static Database writing(StorePlace place) throws SQLException {
        return switch (place) {
            case StorePlace.File file -> SqliteDatabase.toWrite(file.path());
            case StorePlace.Shared shared -> PostgresDatabase.toWrite(shared.address());
        };
    }

    private static boolean isOlder(StorePlace.File file) throws SQLException {
        try (Database database = SqliteDatabase.toRead(file.path())) {
            return known(database) < SchemaVersion.CURRENT;
        }
    }

    private static void requireCurrent(Database source) throws SQLException {
        if (known(source) < SchemaVersion.CURRENT) {
            throw new TransferException(source.name()
                    + " was written by an older release; bring it up to date with `ik store migrate` first");
        }
    }

    /** The version of tables that this release can read, or bring up to date. */
    private static int known(Database database) throws SQLException {
        int version = database.schemaVersion();
        if (version == 0) {
            throw new TransferException(database.name() + " holds no installation of this product");
        }
        if (version > SchemaVersion.CURRENT) {
            throw new TransferException(database.name() + " was written by a newer release, in data version " + version
                    + ", and this release reads up to " + SchemaVersion.CURRENT + "; use that release or a newer one");
        }
        return version;
    }

    /**
     * Refuses what is in use, and what is used unless that may go.
     *
     * @return whether there is something in it
     */
    private static boolean requireFree(Database target, boolean replace) throws SQLException {
        List<TableShape> tables = target.tables();
        requireNoNode(target, tables);
        boolean used = false;
        for (TableShape table : TransferPlan.order(tables)) {
            used = used || !target.isEmpty(table);
        }
        if (used && !replace) {
            throw new TransferException(
                    target.name()
                            + " holds an installation already; name an empty database, or restore with --replace to give that up");
        }
        return used;
    }

    private static void requireNoNode(Database database, List<TableShape> tables) throws SQLException {
        if (database instanceof PostgresDatabase
                && tables.stream().anyMatch(table -> table.name().equals("nodes"))) {
            List<String> running = database.texts(RUNNING);
            if (!running.isEmpty()) {
                throw new TransferException("the node " + running.getFirst() + " runs on " + database.name()
                        + ", or did until a moment ago; stop all nodes and try again");
            }
        }
    }

    private static Path beside(Path file, String ending) {
        return file.resolveSibling(file.getFileName() + ending);
    }

    private static TransferException failed(StorePlace from, String to, Exception e) {
        return new TransferException(
                from + " could not be copied to " + to + ": " + e.getMessage() + "; nothing was changed", e);
    }
}
