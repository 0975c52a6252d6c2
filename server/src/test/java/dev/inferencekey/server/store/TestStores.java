package dev.inferencekey.server.store;

import dev.inferencekey.server.store.postgres.PostgresForTests;
import dev.inferencekey.server.store.sqlite.FastSqlite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Empty stores for tests, real ones. Each is closed by whoever asked for it. */
public final class TestStores {
    private TestStores() {}

    /** In a folder of its own, which goes with it. It does not wait for the disk: the end of a process loses nothing, that of the machine does. */
    public static BreakableStore sqlite() {
        try {
            Path folder = Files.createTempDirectory("store");
            return new BreakableStore(FastSqlite.open(folder.resolve("inferencekey.db")), () -> delete(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A database of its own in the one PostgreSQL of this JVM. */
    public static BreakableStore postgres() {
        PostgresForTests.Database database = PostgresForTests.database();
        return new BreakableStore(database.open(), database);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
