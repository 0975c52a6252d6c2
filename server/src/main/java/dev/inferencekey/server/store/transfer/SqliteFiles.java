package dev.inferencekey.server.store.transfer;

import dev.inferencekey.server.store.transfer.StoreTransfer.Copied;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Whole SQLite files: copied while they are in use, checked, exchanged. Stateless. */
final class SqliteFiles {
    /** What lies beside a file that is in use, or was when its process was killed. */
    private static final List<String> COMPANIONS = List.of("-wal", "-shm", "-journal");

    private SqliteFiles() {}

    /**
     * Copies a file that may be in use, as it is at one moment, into a new or empty one; what arrived is checked.
     *
     * <p>Notes. Within one transaction, which holds up no writer. SQLite's page-wise copy would begin anew with each commit of another
     * process.
     */
    static void copy(Path from, Path into) throws SQLException, IOException {
        if (!Files.exists(into)) {
            Files.createFile(into, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        try (Connection source = SqliteDatabase.connect(from);
                PreparedStatement copy = source.prepareStatement("vacuum main into ?")) {
            copy.setString(1, into.toString());
            copy.execute();
        }
        try (SqliteDatabase copied = SqliteDatabase.toRead(into)) {
            List<String> damage = copied.damage();
            if (!damage.isEmpty()) {
                throw new TransferException(from + " is damaged (" + damage.getFirst() + "); restore a backup of it");
            }
        }
    }

    /** The tables with their checksums. */
    static List<Copied> contents(Path file) throws SQLException {
        List<Copied> contents = new ArrayList<>();
        try (Database database = SqliteDatabase.toRead(file)) {
            for (TableShape table : TransferPlan.order(database.tables())) {
                RowDigest digest = database.digest(table);
                contents.add(new Copied(table.name(), digest.rows(), digest.checksum()));
            }
        }
        return contents;
    }

    /** Folds what lies beside the file into it, so that it is all there is. */
    static void alone(Path file) throws SQLException {
        try (Connection connection = SqliteDatabase.connect(file);
                Statement statement = connection.createStatement()) {
            statement.execute("pragma journal_mode = delete");
        }
        delete(companions(file));
        delete(List.of(file.resolveSibling(file.getFileName() + "-reserve")));
    }

    /** @throws TransferException if the file has something in it that may not go */
    static void refuseUsed(Path file, boolean replace) throws IOException {
        if (!replace && Files.exists(file) && Files.size(file) > 0) {
            throw new TransferException(
                    file + " exists already; restore with --replace to give that up, or name another data folder");
        }
    }

    /** Puts a file in the place of another one, which is kept beside it. */
    static void exchange(Path fresh, Path file) throws IOException {
        if (Files.exists(file)) {
            Path kept = file.resolveSibling(file.getFileName() + ".replaced");
            for (String ending : COMPANIONS) {
                Path companion = file.resolveSibling(file.getFileName() + ending);
                Path itsPlace = kept.resolveSibling(kept.getFileName() + ending);
                Files.deleteIfExists(itsPlace);
                moveIfThere(companion, itsPlace);
            }
            Files.move(file, kept, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void moveIfThere(Path file, Path to) throws IOException {
        try {
            Files.move(file, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException e) {
            // It was folded in.
        }
    }

    private static List<Path> companions(Path file) {
        return COMPANIONS.stream()
                .map(ending -> file.resolveSibling(file.getFileName() + ending))
                .toList();
    }

    /** Removes a file that we made, with what lies beside it. */
    static void delete(Path file) {
        List<Path> all = new ArrayList<>(companions(file));
        all.add(file.resolveSibling(file.getFileName() + "-reserve"));
        all.add(file);
        delete(all);
    }

    private static void delete(List<Path> files) {
        for (Path file : files) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
