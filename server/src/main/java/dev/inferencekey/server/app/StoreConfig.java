package dev.inferencekey.server.app;

import dev.inferencekey.server.store.postgres.PostgresAddress;
import java.time.Duration;

/** Where everything is kept that is true of the whole installation. */
public sealed interface StoreConfig {
    /**
     * One file in the data folder, for one process.
     *
     * @param durable whether a change is on the disk before it is answered, and the next start finds it; without it the file is made by
     *     the start and ends with the process, as is enough for tests
     */
    record SqliteFile(boolean durable) implements StoreConfig {
        /** A durable one. */
        public SqliteFile() {
            this(true);
        }
    }

    /**
     * A PostgreSQL database, for as many nodes as there are.
     *
     * @param startWait how long a start waits for a database that can't be reached; not negative
     */
    record Postgres(PostgresAddress address, Duration startWait) implements StoreConfig {
        /** How long a start waits unless it is told otherwise. */
        public static final Duration DEFAULT_START_WAIT = Duration.ofMinutes(1);

        public Postgres {
            if (startWait.isNegative()) {
                throw new IllegalArgumentException("the wait for the store must not be negative, was " + startWait);
            }
        }
    }
}
