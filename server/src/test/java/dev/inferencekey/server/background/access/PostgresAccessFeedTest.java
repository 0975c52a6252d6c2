package dev.inferencekey.server.background.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.manager.FakeMembership;
import dev.inferencekey.server.ports.store.AccessChangeLog.Position;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import dev.inferencekey.server.store.postgres.PostgresForTests;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same on PostgreSQL, and what is only there: others. */
@Tag("slow")
class PostgresAccessFeedTest extends AccessFeedTest {
    private static final Duration NEVER = Duration.ofDays(1);

    @Override
    BreakableStore openStore() {
        return TestStores.postgres();
    }

    /** One that commits late holds back whoever appends after it, so that nobody reads past it. */
    @Test
    void aWriterThatCommitsLateIsNotReadPast() throws Exception {
        try (PostgresForTests.Database database = PostgresForTests.database();
                Store one = database.open();
                Store other = database.open()) {
            Fixtures.project(one);
            one.write(session -> session.apiKeys().insert(Fixtures.key("key_1", "00000001")));
            one.write(session -> {
                session.accessChanges().append(Subject.API_KEY, "key_2");
                return session.apiKeys().insert(Fixtures.key("key_2", "00000002"));
            });
            RecordingTable table = new RecordingTable();
            try (AccessFeed feed = new AccessFeed(other, table, NEVER)) {
                feed.start(_ -> {});
                CountDownLatch appended = new CountDownLatch(1);
                CountDownLatch goOn = new CountDownLatch(1);
                Thread late = Thread.ofVirtual()
                        .start(() -> one.write(session -> {
                            session.apiKeys().setState("key_1", CredentialState.REVOKED);
                            session.accessChanges().append(Subject.API_KEY, "key_1");
                            appended.countDown();
                            awaitQuietly(goOn);
                            return true;
                        }));
                appended.await();
                AtomicBoolean second = new AtomicBoolean();
                Thread after = Thread.ofVirtual().start(() -> {
                    one.write(session -> {
                        session.apiKeys().setState("key_2", CredentialState.REVOKED);
                        session.accessChanges().append(Subject.API_KEY, "key_2");
                        return true;
                    });
                    second.set(true);
                });

                // It takes a while to be sure that something does not happen; reading on and on must find nothing.
                for (int i = 0; i < 50; i++) {
                    feed.catchUp();
                    assertThat(second).isFalse();
                    assertThat(table.key("key_2")).isNotNull();
                }
                goOn.countDown();
                late.join();
                after.join();

                feed.catchUp();
                assertThat(table.key("key_1")).isNull();
                assertThat(table.key("key_2")).isNull();
                assertThat(table.loads())
                        .as("it read on, and needed no snapshot")
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void aChangeOfAnotherNodeIsAnnounced() throws Exception {
        try (PostgresForTests.Database database = PostgresForTests.database();
                Store one = database.open();
                Store other = database.open()) {
            Fixtures.project(one);
            RecordingTable table = new RecordingTable();
            List<Position> acknowledged = new CopyOnWriteArrayList<>();
            // It would look by itself only after a day.
            try (AccessFeed feed = new AccessFeed(other, table, NEVER)) {
                feed.start(acknowledged::add);
                for (int i = 0; i < 5; i++) {
                    String id = "key_" + i;
                    String publicId = "0000000" + i;
                    one.write(session -> {
                        session.apiKeys().insert(Fixtures.key(id, publicId));
                        session.accessChanges().append(Subject.API_KEY, id);
                        return true;
                    });
                    Position last = one.read(session -> session.accessChanges().last());
                    await().until(() -> acknowledged.contains(last));
                    assertThat(table.key(id)).isNotNull();
                }
            }
        }
    }

    @Test
    void anAcknowledgementOfAnotherNodeIsAnnounced() throws Exception {
        try (PostgresForTests.Database database = PostgresForTests.database();
                Store one = database.open();
                Store other = database.open()) {
            Fixtures.project(one);
            one.<Boolean>write(session -> {
                session.nodes().register(FakeMembership.declared("node_1", "a"));
                session.accessChanges().append(Subject.API_KEY, "key_1");
                return true;
            });
            Position last = one.read(session -> session.accessChanges().last());
            AtomicInteger announced = new AtomicInteger();
            try (AccessFeed feed = new AccessFeed(other, new RecordingTable(), NEVER)) {
                feed.onAcknowledgements(announced::incrementAndGet);
                feed.start(_ -> {});
                await("it listens").until(() -> announced.get() == 1);

                one.reserved().<Boolean>append(session -> {
                    session.nodes().acknowledge("node_1", last);
                    return true;
                });

                await().until(() -> announced.get() == 2);
                assertThat(other.<List<Node>>read(session -> session.nodes().all()))
                        .extracting(Node::epoch)
                        .containsExactly(last.epoch());
            }
        }
    }

    @Test
    void aConnectionThatBreaksIsMadeAgainAndNothingIsMissed() throws Exception {
        try (PostgresForTests.Database database = PostgresForTests.database();
                Store one = database.open();
                Store other = database.open()) {
            Fixtures.project(one);
            RecordingTable table = new RecordingTable();
            try (AccessFeed feed = new AccessFeed(other, table, NEVER)) {
                feed.start(_ -> {});
                for (int i = 0; i < 3; i++) {
                    String id = "key_" + i;
                    String publicId = "0000000" + i;
                    database.breakConnections("inferencekey-changes");
                    one.write(session -> {
                        session.apiKeys().insert(Fixtures.key(id, publicId));
                        session.accessChanges().append(Subject.API_KEY, id);
                        return true;
                    });
                    await().until(() -> table.key(id) != null);
                }
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
