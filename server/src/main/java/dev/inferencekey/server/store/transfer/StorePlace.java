package dev.inferencekey.server.store.transfer;

import dev.inferencekey.server.store.postgres.PostgresAddress;
import java.nio.file.Path;

/** Where a store is. */
public sealed interface StorePlace {
    /** A SQLite file. */
    record File(Path path) implements StorePlace {
        @Override
        public String toString() {
            return path.toString();
        }
    }

    /** A PostgreSQL database. */
    record Shared(PostgresAddress address) implements StorePlace {
        @Override
        public String toString() {
            return address.toString();
        }
    }
}
