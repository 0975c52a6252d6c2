package dev.inferencekey.server.store.transfer;

import dev.inferencekey.server.store.transfer.StoreTransfer.Copied;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whole SQLite files: copied while they are in use, checked, exchanged. Stateless. */
final class SqliteFiles {
    /** What lies beside a file that is in use, or was when its process was killed. */
    private static final List<String> COMPANIONS = List.of("-wal", "-shm", "-journal");

    private static final byte[] HEADER = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

    /** Behind it, SQLite's codes have details. */
    private static final int PRIMARY_CODE = 0xff;

    private static final int BUSY = 5;
    private static final int LOCKED = 6;
    private static final int CORRUPT = 11;

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

    /**
     * Folds what lies beside the file into it, so that it is all there is.
     *
     * @throws TransferException if another program has it open
     */
    static void alone(Path file) throws SQLException {
        try (Connection connection = SqliteDatabase.connect(file);
                Statement statement = connection.createStatement();
                ResultSet mode = statement.executeQuery("pragma journal_mode = delete")) {
            if (!mode.next() || !"delete".equals(mode.getString(1))) {
                throw inUse(file, null);
            }
        } catch (SQLException e) {
            int kind = e.getErrorCode() & PRIMARY_CODE;
            if (kind == BUSY || kind == LOCKED) {
                throw inUse(file, e);
            }
            throw e;
        }
        delete(companions(file));
        delete(List.of(file.resolveSibling(file.getFileName() + "-reserve")));
    }

    private static TransferException inUse(Path file, @Nullable SQLException reason) {
        return new TransferException(file + " is in use by another program; end it, and try again", reason);
    }

    /** @throws TransferException if the file has something in it that may not go */
    static void refuseUsed(Path file, boolean replace) throws IOException {
        if (!replace && Files.exists(file) && Files.size(file) > 0) {
            throw new TransferException(
                    file + " exists already; restore with --replace to give that up, or name another data folder");
        }
    }

    /** One of the things to be done, after which a process may be ended or a machine lose its power. */
    interface Step {
        void take() throws IOException, SQLException;
    }

    /**
     * How to put a file, beside which there is nothing, in the place of another one, which is kept as {@code ….replaced}.
     *
     * <p>Notes. Whichever step is the last to be taken: in the place is the old file with all that was committed to it, or the new one; never one
     * without its log or with the log of the other, and never none. So the old log is folded in first, the old file gets its second name while it
     * has its first, and the new one takes the first over at one moment. A file that SQLite can't open any more is kept with what lies beside it.
     */
    static List<Step> exchange(Path fresh, Path file) {
        Path kept = file.resolveSibling(file.getFileName() + ".replaced");
        return List.of(
                () -> {
                    if (Files.exists(file)) {
                        foldIfSound(file);
                    }
                },
                () -> {
                    if (Files.exists(file)) {
                        delete(companions(kept));
                        for (int i = 0; i < COMPANIONS.size(); i++) {
                            keep(companions(file).get(i), companions(kept).get(i));
                        }
                        keep(file, kept);
                        sync(file.toAbsolutePath().getParent());
                    }
                },
                () -> delete(companions(file)),
                () -> putInPlace(fresh, file));
    }

    /** Without so much as opening what is no database: SQLite would clear away what lies beside it. */
    private static void foldIfSound(Path file) throws IOException, SQLException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] beginning = in.readNBytes(HEADER.length);
            if (beginning.length > 0 && !Arrays.equals(beginning, HEADER)) {
                return;
            }
        }
        try {
            alone(file);
        } catch (SQLException e) {
            if ((e.getErrorCode() & PRIMARY_CODE) != CORRUPT) {
                throw e;
            }
        }
    }

    /** Gives a file a second name, in place of what had that before. */
    private static void keep(Path file, Path name) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        Path whole = name.resolveSibling(name.getFileName() + ".new");
        Files.deleteIfExists(whole);
        try {
            Files.createLink(whole, file);
        } catch (UnsupportedOperationException | FileSystemException e) {
            Files.copy(file, whole, StandardCopyOption.COPY_ATTRIBUTES);
            sync(whole);
        }
        Files.move(whole, name, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Gives a finished file its name, at one moment and for good. */
    static void putInPlace(Path finished, Path file) throws IOException {
        sync(finished);
        Files.move(finished, file, StandardCopyOption.ATOMIC_MOVE);
        sync(file.toAbsolutePath().getParent());
    }

    private static void sync(@Nullable Path path) throws IOException {
        if (path != null) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                channel.force(true);
            }
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
