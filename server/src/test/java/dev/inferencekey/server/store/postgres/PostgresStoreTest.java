package dev.inferencekey.server.store.postgres;

import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.store.StoreContract;
import dev.inferencekey.server.store.TestStores;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

@Tag("slow")
final class PostgresStoreTest extends StoreContract {
    @Override
    protected Store open(Path emptyFolder) {
        return TestStores.postgres();
    }
}
