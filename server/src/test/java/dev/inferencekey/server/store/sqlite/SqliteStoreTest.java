package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.store.StoreContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

final class SqliteStoreTest extends StoreContract {
    @TempDir
    static Path shared;

    /** Each test starts from a copy: making the tables takes longer than most tests. */
    @BeforeAll
    static void makeEmptyDatabase() {
        SqliteStore.open(shared.resolve("empty.db")).close();
    }

    @Override
    protected Store open(Path emptyFolder) {
        Path file = emptyFolder.resolve("inferencekey.db");
        try {
            Files.copy(shared.resolve("empty.db"), file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return SqliteStore.open(file);
    }
}
