package dev.inferencekey.server.background.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.server.background.ExpiredRecords;
import dev.inferencekey.server.background.access.AccessFeed;
import dev.inferencekey.server.background.access.RecordingTable;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.NodeReceipt;
import dev.inferencekey.server.domain.node.NodeReceipt.State;
import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.domain.node.WhenCutOff;
import dev.inferencekey.server.ports.access.AccessPublication.Receipt;
import dev.inferencekey.server.ports.access.OpenRequests;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import dev.inferencekey.server.store.postgres.PostgresForTests;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several nodes on one PostgreSQL, whose monotonic time is the test's. They beat when they are told to. */
@Tag("slow")
@Timeout(60)
final class NodeLifeTest {
    private static final Duration NEVER = Duration.ofDays(1);
    /** Long enough that no heart beats by itself but once, at the start. */
    private static final Duration LEASE = Duration.ofMinutes(50);

    private final PostgresForTests.Database database = PostgresForTests.database();
    private final AtomicLong ticks = new AtomicLong(1_000);
    private final List<AutoCloseable> open = new ArrayList<>(List.of(database));

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private final class TestNode {
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

    private <T extends AutoCloseable> T keep(T resource) {
        open.add(resource);
        return resource;
    }

    private static Node.Declared declared(String name, WhenCutOff whenCutOff) {
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

    private TestNode node(String name, WhenCutOff whenCutOff) {
        return new TestNode(declared(name, whenCutOff)).started();
    }

    private static NodeReceipt of(String node, Receipt receipt) {
        return Objects.requireNonNull(byName(receipt).get(node));
    }

    private static Map<String, NodeReceipt> byName(Receipt receipt) {
        return receipt.nodes().stream().collect(Collectors.toMap(NodeReceipt::node, Function.identity()));
    }

    private void pass(Duration time) {
        ticks.addAndGet(time.toNanos());
    }

    @Test
    void aReceiptWaitsUntilTheOtherNodeHasTheChangeInForce() {
        TestNode a = node("a", WhenCutOff.SERVE);
        TestNode b = node("b", WhenCutOff.SERVE);
        a.revoke("key_1");

        CompletableFuture<Receipt> receipt = CompletableFuture.supplyAsync(a.receipts::publishEverywhere);
        for (int i = 0; i < 20; i++) {
            a.life.refresh();
            assertThat(receipt).isNotDone();
        }
        b.life.beat();

        Receipt given = receipt.join();
        assertThat(b.table.epoch()).isEqualTo(given.epoch());
        assertThat(given.nodes()).extracting(NodeReceipt::state).containsOnly(State.ACKNOWLEDGED);
        assertThat(byName(given)).containsOnlyKeys("a", "b");
        assertThat(given.nodes()).extracting(NodeReceipt::epoch).containsOnly(given.epoch());
    }

    @Test
    void aChangeThatOnlyGivesRightsWaitsForNobody() {
        TestNode a = node("a", WhenCutOff.SERVE);
        node("b", WhenCutOff.SERVE);
        a.revoke("key_1");

        assertThat(byName(a.receipts.publish())).containsOnlyKeys("a");
    }

    @Test
    void aNodeThatIsCutOffAndServesIsNamedWithTheTimeUntilWhich() {
        TestNode a = node("a", WhenCutOff.SERVE);
        TestNode b = node("b", WhenCutOff.SERVE);
        a.life.refresh();
        a.revoke("key_1");
        CompletableFuture<Receipt> receipt = CompletableFuture.supplyAsync(a.receipts::publishEverywhere);

        pass(LEASE.minusMinutes(1));
        a.life.beat();
        a.life.refresh();
        assertThat(receipt).isNotDone();
        pass(Duration.ofMinutes(1));

        NodeReceipt ofB = of("b", receipt.join());
        assertThat(ofB.state()).isEqualTo(State.MAY_SERVE_UNTIL);
        assertThat(ofB.mayServeUntil())
                .as("an hour from when it was seen to be lost")
                .isBetween(
                        ofB.at().plus(Duration.ofHours(1)),
                        ofB.at().plus(Duration.ofHours(1)).plusSeconds(60));
        assertThat(b.life.holdsLease()).isFalse();
        assertThat(b.admits()).isTrue();
        pass(Duration.ofHours(1));
        assertThat(b.admits())
                .as("by its own clock never later than the receipt says")
                .isFalse();
    }

    @Test
    void aStepOfTheStoresClockDoesNotMakeAReceiptNameATimeThatIsTooEarly() throws Exception {
        TestNode a = node("a", WhenCutOff.SERVE);
        TestNode b = node("b", WhenCutOff.SERVE);
        a.life.refresh();
        pass(LEASE);
        a.life.beat();
        a.life.refresh();
        pass(Duration.ofMinutes(59));
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            // As if that clock had since been put forward by a day.
            statement.execute("update nodes set lost_at = lost_at - 86400000000");
        }
        a.life.refresh();
        a.revoke("key_1");

        NodeReceipt ofB = of("b", a.receipts.publishEverywhere());

        assertThat(b.admits()).isTrue();
        assertThat(ofB.state()).isEqualTo(State.MAY_SERVE_UNTIL);
        assertThat(ofB.mayServeUntil())
                .isAfter(a.life.now())
                .isBeforeOrEqualTo(a.life.now().plus(Duration.ofMinutes(1)));
        pass(Duration.ofMinutes(1));
        assertThat(b.admits()).isFalse();
        assertThat(of("b", a.receipts.publishEverywhere()).state()).isEqualTo(State.LEASE_EXPIRED);
    }

    @Test
    void aNodeThatMayStillServeIsNotForgottenWhateverTheStoresClockSays() throws Exception {
        TestNode a = node("a", WhenCutOff.SERVE);
        node("b", WhenCutOff.SERVE);
        a.life.refresh();
        pass(LEASE);
        a.life.beat();
        a.life.refresh();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("update nodes set lost_at = lost_at - 5 * 86400000000");
        }
        ExpiredRecords expired = new ExpiredRecords(a.store, a.life, InstantSource.system());

        expired.forget();
        a.life.refresh();
        assertThat(a.life.nodes()).extracting(Node::name).containsExactly("a", "b");
        pass(Duration.ofHours(1));
        a.life.refresh();
        expired.forget();

        a.life.refresh();
        assertThat(a.life.nodes()).extracting(Node::name).containsExactly("a");
    }

    /** It can't know since when: rather too late a time than one that is too early. */
    @Test
    void aNodeThatStartsLaterCountsFromWhenItSawThatTheOtherIsLost() {
        TestNode a = node("a", WhenCutOff.SERVE);
        node("b", WhenCutOff.SERVE);
        a.life.refresh();
        pass(LEASE);
        a.life.beat();
        a.life.refresh();
        pass(Duration.ofMinutes(30));

        TestNode c = node("c", WhenCutOff.SERVE);

        assertThat(c.life.nodes().stream().filter(node -> node.name().equals("b")))
                .allSatisfy(b ->
                        assertThat(b.servesAtMostUntil()).isEqualTo(c.life.now().plus(Duration.ofHours(1))));
        assertThat(a.life.nodes().stream().filter(node -> node.name().equals("b")))
                .allSatisfy(b ->
                        assertThat(b.servesAtMostUntil()).isBefore(a.life.now().plus(Duration.ofMinutes(31))));
    }

    @Test
    void aNodeKeepsItsLeaseAndAcknowledgesWhileOthersHaveAllConnections() throws Exception {
        TestNode a = node("a", WhenCutOff.REFUSE);
        a.revoke("key_0"); // Before the first change there is no place in the log to read on from.
        TestNode b = node("b", WhenCutOff.REFUSE);
        int general = 11;
        CountDownLatch held = new CountDownLatch(general);
        CountDownLatch goOn = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                AutoCloseable _ = goOn::countDown) {
            for (int i = 0; i < general; i++) {
                threads.execute(() -> occupy(() -> b.store.<Boolean>read(_ -> busy(held, goOn))));
                threads.execute(() -> occupy(() -> b.store.<Boolean>write(_ -> busy(held, goOn))));
                threads.execute(() -> occupy(() -> b.store.<Boolean>append(_ -> busy(held, goOn))));
            }
            held.await();
            pass(LEASE.dividedBy(2));
            a.life.beat();
            a.revoke("key_1");
            CompletableFuture<Receipt> receipt = CompletableFuture.supplyAsync(a.receipts::publishEverywhere);

            b.life.beat();

            assertThat(of("b", receipt.join()).state()).isEqualTo(State.ACKNOWLEDGED);
            pass(LEASE.dividedBy(2));
            assertThat(b.life.holdsLease()).isTrue();
        }
    }

    private static void occupy(Runnable work) {
        try {
            work.run();
        } catch (StoreUnavailableException e) {
            // It found none free.
        }
    }

    private static boolean busy(CountDownLatch held, CountDownLatch goOn) {
        held.countDown();
        try {
            goOn.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    @Test
    void aNodeThatIsCutOffAndRefusesHasStoppedBeforeTheReceiptSaysSo() {
        TestNode a = node("a", WhenCutOff.SERVE);
        TestNode b = node("b", WhenCutOff.REFUSE);
        a.life.refresh();
        a.revoke("key_1");
        CompletableFuture<Receipt> receipt = CompletableFuture.supplyAsync(a.receipts::publishEverywhere);

        pass(LEASE.minus(LEASE.dividedBy(100)));
        assertThat(b.admits()).isFalse();
        assertThat(receipt).as("others wait a little longer than it serves").isNotDone();
        pass(LEASE.dividedBy(100));

        NodeReceipt ofB = of("b", receipt.join());
        assertThat(ofB.state()).isEqualTo(State.LEASE_EXPIRED);
        assertThat(ofB.mayServeUntil()).isNull();
    }

    @Test
    void onceANodeIsLostNoReceiptWaitsForIt() {
        TestNode a = node("a", WhenCutOff.SERVE);
        node("b", WhenCutOff.REFUSE);
        a.life.refresh();
        pass(LEASE);
        a.life.beat();
        a.life.refresh();

        a.revoke("key_1");

        assertThat(of("b", a.receipts.publishEverywhere()).state()).isEqualTo(State.LEASE_EXPIRED);
    }

    @Test
    void aNodeThatComesBackReadsWhatItMissedBeforeItAdmitsAgain() {
        TestNode a = node("a", WhenCutOff.SERVE);
        TestNode b = node("b", WhenCutOff.REFUSE);
        a.life.refresh();
        pass(LEASE);
        a.life.beat();
        a.life.refresh();
        a.revoke("key_1");
        Receipt receipt = a.receipts.publishEverywhere();
        List<Boolean> admitted = new ArrayList<>();
        b.feed.endsRequestsOf(_ -> {
            admitted.add(b.admits());
            return 0;
        });

        b.life.beat();

        assertThat(admitted).as("while it applied what it had missed").containsOnly(false);
        assertThat(b.table.epoch()).isEqualTo(receipt.epoch());
        assertThat(b.admits()).isTrue();
        assertThat(b.life.holdsLease()).isTrue();
        assertThat(b.life.losses()).isEqualTo(1);
        assertThat(a.node("node_b").live()).isTrue();
        assertThat(a.node("node_b").epoch()).isEqualTo(receipt.epoch());
    }

    @Test
    void aNodeEndsTheRequestsThatAChangeSaysBeforeItAcknowledges() {
        TestNode a = node("a", WhenCutOff.SERVE);
        a.revoke("key_0");
        TestNode b = node("b", WhenCutOff.SERVE);
        List<OpenRequests.Which> ended = new CopyOnWriteArrayList<>();
        b.feed.endsRequestsOf(which -> {
            assertThat(a.node("node_b").epoch()).isEqualTo(1);
            ended.add(which);
            return 1;
        });
        a.revoke("key_1");
        a.feed.catchUp();

        b.life.beat();

        assertThat(ended).containsExactly(new OpenRequests.Which.OfKey("key_1"));
        assertThat(a.node("node_b").epoch()).isEqualTo(a.table.epoch());
    }

    @Test
    void aNodeThatStopsInOrderIsWaitedForNoMore() {
        TestNode a = node("a", WhenCutOff.SERVE);
        TestNode b = node("b", WhenCutOff.SERVE);
        b.life.close();
        a.revoke("key_1");

        assertThat(byName(a.receipts.publishEverywhere())).containsOnlyKeys("a");
    }

    @Test
    void aNodeWithoutADataPlaneIsNotWaitedFor() {
        TestNode a = node("a", WhenCutOff.SERVE);
        new TestNode(new Node.Declared(
                "node_m",
                "home_m",
                "m",
                "1",
                NodeRole.MANAGER,
                true,
                null,
                LEASE,
                WhenCutOff.SERVE,
                Duration.ofHours(1)));
        a.revoke("key_1");

        assertThat(byName(a.receipts.publishEverywhere())).containsOnlyKeys("a");
    }

    @Test
    void aSecondNodeWithTheSameNameDoesNotStart() {
        node("a", WhenCutOff.SERVE);
        Node.Declared other = new Node.Declared(
                "node_2", "home_2", "a", "1", NodeRole.ALL, true, null, LEASE, WhenCutOff.SERVE, Duration.ofHours(1));

        assertThatThrownBy(() -> new TestNode(other))
                .isInstanceOf(NodeConflictException.class)
                .hasMessageContaining("another live node is called \"a\"")
                .hasMessageContaining("--node-name");
    }

    @Test
    void aProcessOnACopyOfTheDataFolderDoesNotServeBesideTheOther() {
        TestNode a = node("a", WhenCutOff.SERVE);
        TestNode copy = new TestNode(new Node.Declared(
                "node_copy",
                "home_a",
                "a",
                "1",
                NodeRole.ALL,
                true,
                null,
                LEASE,
                WhenCutOff.SERVE,
                Duration.ofHours(1)));
        assertThat(copy.admits()).isTrue();

        assertThatThrownBy(a.life::beat)
                .isInstanceOf(NodeConflictException.class)
                .hasMessageContaining("Was the data folder copied");

        assertThat(a.admits()).isFalse();
        assertThat(a.life.holdsLease()).isFalse();
        assertThat(a.life.replaced()).isTrue();
        assertThatThrownBy(a.life::beat).isInstanceOf(NodeConflictException.class);
        assertThat(a.life.losses()).as("it is one loss until it ends").isEqualTo(1);
    }

    @Test
    void aLostNodeWhoseNameAnotherOneHasByThenServesNothingUntilThatHasStopped() {
        TestNode a = node("a", WhenCutOff.SERVE);
        TestNode b = node("b", WhenCutOff.SERVE);
        b.life.refresh();
        pass(LEASE);
        b.life.beat();
        b.life.refresh();
        TestNode replacement = new TestNode(new Node.Declared(
                "node_2", "home_2", "a", "1", NodeRole.ALL, true, null, LEASE, WhenCutOff.SERVE, Duration.ofHours(1)));

        assertThatThrownBy(a.life::beat)
                .isInstanceOf(NodeConflictException.class)
                .hasMessageContaining("the name given twice");
        assertThat(a.admits()).isFalse();
        assertThat(a.life.replaced()).isTrue();
        assertThat(b.node("node_a").live()).isFalse();
        assertThat(b.node("node_2").live()).isTrue();

        replacement.life.close();
        a.life.beat();
        assertThat(a.admits()).isTrue();
        assertThat(a.life.replaced()).isFalse();
    }

    @Test
    void itsLeaseHoldsForWhatIsLeftOfIt() {
        TestNode a = node("a", WhenCutOff.SERVE);
        Duration lasts = LEASE.minus(LEASE.dividedBy(100));
        pass(lasts.minusMinutes(10));
        assertThat(a.life.holdsLeaseFor(Duration.ofMinutes(9))).isTrue();
        assertThat(a.life.holdsLeaseFor(Duration.ofMinutes(10))).isFalse();
        assertThat(a.life.holdsLease()).isTrue();
        assertThat(a.life.lease()).isEqualTo(LEASE);
    }

    @Test
    void aNodeThatWasForgottenWhileItRunsRegistersAgain() {
        TestNode a = node("a", WhenCutOff.SERVE);
        a.store.<Boolean>write(session -> session.nodes().remove("node_a"));

        a.life.beat();

        assertThat(a.node("node_a").live()).isTrue();
        assertThat(a.life.losses()).isEqualTo(1);
    }

    @Test
    void isToldWhenItIsToSendItsCallersElsewhere() {
        TestNode a = node("a", WhenCutOff.SERVE);
        List<Boolean> told = new CopyOnWriteArrayList<>();
        a.life.onDraining(told::add);
        a.store.<Boolean>write(session -> session.nodes().setDraining("node_a", true));

        a.life.refresh();
        a.life.refresh();

        assertThat(told).containsExactly(false, true);
    }

    @Test
    void aStoreThatNobodySharesIsWrittenOnceAtTheStartAndNeverAgain() {
        BreakableStore store = keep(TestStores.sqlite());
        RecordingTable table = new RecordingTable();
        keep(NodeLife.register(declared("before", WhenCutOff.REFUSE), store, table, ticks::get));
        NodeLife life = keep(NodeLife.register(declared("a", WhenCutOff.REFUSE), store, table, ticks::get));
        AccessFeed feed = new AccessFeed(store, table, NEVER);
        feed.catchUp();
        life.start(feed);
        store.failWritesWith("nothing is to be written");
        pass(LEASE.multipliedBy(10));

        life.acknowledge(feed.catchUp());
        Receipt receipt = new NodeReceipts(feed, life, true, () -> Instant.EPOCH, ticks::get).publishEverywhere();

        assertThat(receipt.nodes())
                .containsExactly(new NodeReceipt("node_a", "a", 0, State.ACKNOWLEDGED, Instant.EPOCH, null));
        assertThat(life.holdsLease()).isTrue();
        assertThat(table.admitsUntil()).isEqualTo(RecordingTable.ALWAYS);
        assertThat(life.nodes()).extracting(Node::name).containsExactly("a");
    }
}
