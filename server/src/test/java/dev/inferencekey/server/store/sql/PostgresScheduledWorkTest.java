package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.store.postgres.PostgresForTests;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class PostgresScheduledWorkTest extends ScheduledWorkContract {
    private final PostgresForTests.Database database = PostgresForTests.database();

    @Override
    SqlStore open() {
        return database.open();
    }

    @Override
    void giveBack() {
        database.close();
    }
}
