package dev.inferencekey.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.store.StoreData;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
final class LostConnectionTest {
    @Test
    void whatWasAskedForRightAfterAllConnectionsWereLostIsDoneOnNewOnes() throws SQLException {
        PostgresForTests.Database database = PostgresForTests.database();
        try (Store store = database.open()) {
            StoreData.fill(store);
            for (int round = 0; round < 5; round++) {
                String name = "Round " + round;
                useAllConnections(store);
                loseConnections(database);

                assertThat(store.<Boolean>write(s -> s.projects().rename(StoreData.ACME.id(), name)))
                        .isTrue();
                assertThat(store.<String>read(s -> name(s))).isEqualTo(name);
                assertThat(store.<String>append(s -> name(s))).isEqualTo(name);
            }
        } finally {
            database.close();
        }
    }

    private static String name(StoreSession session) {
        return session.projects().find(StoreData.ACME.id()).orElseThrow().name();
    }

    /** So that each pool holds more than one that will be lost. */
    private static void useAllConnections(Store store) {
        int atOnce = 3;
        CountDownLatch meeting = new CountDownLatch(2 * atOnce);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < atOnce; i++) {
                threads.execute(() -> store.<String>write(s -> meet(meeting, s)));
                threads.execute(() -> store.<String>read(s -> meet(meeting, s)));
            }
        }
    }

    private static String meet(CountDownLatch meeting, StoreSession session) {
        String name = name(session);
        meeting.countDown();
        try {
            meeting.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return name;
    }

    private static void loseConnections(PostgresForTests.Database database) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("""
                    select pg_terminate_backend(pid)
                      from pg_stat_activity
                     where datname = current_database() and pid <> pg_backend_pid()
                    """);
        }
    }
}
