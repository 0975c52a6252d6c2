package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.store.postgres.PostgresForTests;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same as {@link UsageSumsTest}, with days of records that are given back whole. */
@Tag("slow")
final class UsageSumsOnPostgresTest {
    @ParameterizedTest
    @ValueSource(longs = {5, 6})
    void tellsTheSameAsSingleRecordsAfterRandomImportsRoundsAndInterruptions(long seed) {
        try (PostgresForTests.Database truth = PostgresForTests.database();
                PostgresForTests.Database database = PostgresForTests.database()) {
            UsageSumsTest.tellsTheSameAsSingleRecords(seed, truth.open(), database::open);
        }
    }
}
