package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.store.StoreContract;
import java.nio.file.Path;

final class SqliteStoreTest extends StoreContract {
    @Override
    protected Store open(Path emptyFolder) {
        return FastSqlite.open(emptyFolder.resolve("inferencekey.db"));
    }
}
