package dev.inferencekey.server.background.node;

import static org.awaitility.Awaitility.await;

import dev.inferencekey.server.background.access.AccessFeed;
import dev.inferencekey.server.background.access.RecordingTable;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.domain.node.WhenCutOff;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.store.postgres.PostgresForTests;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Several nodes on one PostgreSQL, whose monotonic time is the test's. They beat once when they start, and then only when they are told to; all
 * of them end when this is closed.
 */
final class SharedNodes implements AutoCloseable {
    /** Long enough that no heart beats by itself but once, at the start. */
    static final Duration LEASE = Duration.ofMinutes(50);

    static final Duration NEVER = Duration.ofDays(1);

    final PostgresForTests.Database database = PostgresForTests.database();
    final AtomicLong ticks = new AtomicLong(1_000);
    private final List<AutoCloseable> open = new ArrayList<>(List.of(database));

    @Override
    public void close() {
        for (AutoCloseable each : open.reversed()) {
            try {
                each.close();
            } catch (Exception e) {
                throw new AssertionError("can't be closed: " + each, e);
            }
        }
    }

    /** One of them. */
    final class TestNode {
        final Store store = keep(database.open());
        final RecordingTable table = new RecordingTable();
        final NodeLife life;
        final AccessFeed feed;
        final NodeReceipts receipts;

        TestNode(Node.Declared declared) {
            life = keep(NodeLife.register(declared, store, table, ticks::get));
            feed = new AccessFeed(store, table, NEVER);
            feed.catchUp();
            receipts = new NodeReceipts(feed, life, true, InstantSource.system(), ticks::get);
        }

        /** Beats once, and then only when it is told to. */
        TestNode started() {
            life.start(feed);
            await().until(() -> node(life.id()).acknowledgedAt() != null);
            return this;
        }

        Node node(String id) {
            return store.<List<Node>>read(session -> session.nodes().all()).stream()
                    .filter(node -> node.id().equals(id))
                    .findFirst()
                    .orElseThrow();
        }

        void revoke(String id) {
            store.write(session -> {
                session.accessChanges().append(Subject.API_KEY, id, true);
                return true;
            });
        }

        boolean admits() {
            return table.admitsUntil() - ticks.get() > 0;
        }
    }

    /** Has it closed at the end. */
    <T extends AutoCloseable> T keep(T resource) {
        open.add(resource);
        return resource;
    }

    static Node.Declared declared(String name, WhenCutOff whenCutOff) {
        return new Node.Declared(
                "node_" + name,
                "home_" + name,
                name,
                "1",
                NodeRole.ALL,
                true,
                null,
                LEASE,
                whenCutOff,
                Duration.ofHours(1));
    }

    /** One that has started, and has its lease. */
    TestNode node(String name, WhenCutOff whenCutOff) {
        return new TestNode(declared(name, whenCutOff)).started();
    }

    /** Time passes for all of them. */
    void pass(Duration time) {
        ticks.addAndGet(time.toNanos());
    }
}
