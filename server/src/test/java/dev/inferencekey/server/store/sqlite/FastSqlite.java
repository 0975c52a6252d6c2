package dev.inferencekey.server.store.sqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.sqlite.SQLiteConfig.SynchronousMode;

/** SQLite without waiting for the disk, from a copy of an empty database: making the tables takes longer than most tests. */
public final class FastSqlite {
    private static final byte[] EMPTY = empty();

    private FastSqlite() {}

    private static byte[] empty() {
        try {
            Path folder = Files.createTempDirectory("empty-store");
            Path file = folder.resolve("empty.db");
            openFile(file).close();
            byte[] bytes = Files.readAllBytes(file);
            Files.delete(file);
            Files.delete(folder);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens the file; makes it if there is none. */
    public static SqliteStore open(Path file) {
        try {
            if (!Files.exists(file)) {
                Files.write(file, EMPTY);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return openFile(file);
    }

    private static SqliteStore openFile(Path file) {
        SqliteReserve nothing = new SqliteReserve(file, 0, new SplittableRandom());
        return SqliteStore.open(file, nothing, SynchronousMode.OFF);
    }
}
