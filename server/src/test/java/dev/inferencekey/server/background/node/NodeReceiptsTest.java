package dev.inferencekey.server.background.node;

import static dev.inferencekey.server.background.node.SharedNodes.LEASE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.background.node.SharedNodes.TestNode;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.NodeReceipt;
import dev.inferencekey.server.domain.node.NodeReceipt.State;
import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.domain.node.WhenCutOff;
import dev.inferencekey.server.ports.access.AccessPublication.Receipt;
import dev.inferencekey.server.ports.access.OpenRequests;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a receipt says of each node, and what it waits for. */
@Tag("slow")
@Timeout(60)
final class NodeReceiptsTest {
    @AutoClose
    private final SharedNodes nodes = new SharedNodes();

    private static NodeReceipt of(String node, Receipt receipt) {
        return Objects.requireNonNull(byName(receipt).get(node));
    }

    private static Map<String, NodeReceipt> byName(Receipt receipt) {
        return receipt.nodes().stream().collect(Collectors.toMap(NodeReceipt::node, Function.identity()));
    }

    @Test
    void aReceiptWaitsUntilTheOtherNodeHasTheChangeInForce() {
        TestNode a = nodes.node("a", WhenCutOff.SERVE);
        TestNode b = nodes.node("b", WhenCutOff.SERVE);
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
        TestNode a = nodes.node("a", WhenCutOff.SERVE);
        nodes.node("b", WhenCutOff.SERVE);
        a.revoke("key_1");

        assertThat(byName(a.receipts.publish())).containsOnlyKeys("a");
    }

    @Test
    void aNodeThatIsCutOffAndServesIsNamedWithTheTimeUntilWhich() {
        TestNode a = nodes.node("a", WhenCutOff.SERVE);
        TestNode b = nodes.node("b", WhenCutOff.SERVE);
        a.life.refresh();
        a.revoke("key_1");
        CompletableFuture<Receipt> receipt = CompletableFuture.supplyAsync(a.receipts::publishEverywhere);

        nodes.pass(LEASE.minusMinutes(1));
        a.life.beat();
        a.life.refresh();
        assertThat(receipt).isNotDone();
        nodes.pass(Duration.ofMinutes(1));

        NodeReceipt ofB = of("b", receipt.join());
        assertThat(ofB.state()).isEqualTo(State.MAY_SERVE_UNTIL);
        assertThat(ofB.mayServeUntil())
                .as("an hour from when it was seen to be lost")
                .isBetween(
                        ofB.at().plus(Duration.ofHours(1)),
                        ofB.at().plus(Duration.ofHours(1)).plusSeconds(60));
        assertThat(b.life.holdsLease()).isFalse();
        assertThat(b.admits()).isTrue();
        nodes.pass(Duration.ofHours(1));
        assertThat(b.admits())
                .as("by its own clock never later than the receipt says")
                .isFalse();
    }

    @Test
    void aStepOfTheStoresClockDoesNotMakeAReceiptNameATimeThatIsTooEarly() throws Exception {
        TestNode a = nodes.node("a", WhenCutOff.SERVE);
        TestNode b = nodes.node("b", WhenCutOff.SERVE);
        a.life.refresh();
        nodes.pass(LEASE);
        a.life.beat();
        a.life.refresh();
        nodes.pass(Duration.ofMinutes(59));
        try (Connection connection = nodes.database.connect();
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
        nodes.pass(Duration.ofMinutes(1));
        assertThat(b.admits()).isFalse();
        assertThat(of("b", a.receipts.publishEverywhere()).state()).isEqualTo(State.LEASE_EXPIRED);
    }

    @Test
    void aNodeKeepsItsLeaseAndAcknowledgesWhileOthersHaveAllConnections() throws Exception {
        TestNode a = nodes.node("a", WhenCutOff.REFUSE);
        a.revoke("key_0"); // Before the first change there is no place in the log to read on from.
        TestNode b = nodes.node("b", WhenCutOff.REFUSE);
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
            nodes.pass(LEASE.dividedBy(2));
            a.life.beat();
            a.revoke("key_1");
            CompletableFuture<Receipt> receipt = CompletableFuture.supplyAsync(a.receipts::publishEverywhere);

            b.life.beat();

            assertThat(of("b", receipt.join()).state()).isEqualTo(State.ACKNOWLEDGED);
            nodes.pass(LEASE.dividedBy(2));
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
        TestNode a = nodes.node("a", WhenCutOff.SERVE);
        TestNode b = nodes.node("b", WhenCutOff.REFUSE);
        a.life.refresh();
        a.revoke("key_1");
        CompletableFuture<Receipt> receipt = CompletableFuture.supplyAsync(a.receipts::publishEverywhere);

        nodes.pass(LEASE.minus(LEASE.dividedBy(100)));
        assertThat(b.admits()).isFalse();
        assertThat(receipt).as("others wait a little longer than it serves").isNotDone();
        nodes.pass(LEASE.dividedBy(100));

        NodeReceipt ofB = of("b", receipt.join());
        assertThat(ofB.state()).isEqualTo(State.LEASE_EXPIRED);
        assertThat(ofB.mayServeUntil()).isNull();
    }

    @Test
    void onceANodeIsLostNoReceiptWaitsForIt() {
        TestNode a = nodes.node("a", WhenCutOff.SERVE);
        nodes.node("b", WhenCutOff.REFUSE);
        a.life.refresh();
        nodes.pass(LEASE);
        a.life.beat();
        a.life.refresh();

        a.revoke("key_1");

        assertThat(of("b", a.receipts.publishEverywhere()).state()).isEqualTo(State.LEASE_EXPIRED);
    }

    @Test
    void aNodeEndsTheRequestsThatAChangeSaysBeforeItAcknowledges() {
        TestNode a = nodes.node("a", WhenCutOff.SERVE);
        a.revoke("key_0");
        TestNode b = nodes.node("b", WhenCutOff.SERVE);
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
        TestNode a = nodes.node("a", WhenCutOff.SERVE);
        TestNode b = nodes.node("b", WhenCutOff.SERVE);
        b.life.close();
        a.revoke("key_1");

        assertThat(byName(a.receipts.publishEverywhere())).containsOnlyKeys("a");
    }

    @Test
    void aNodeWithoutADataPlaneIsNotWaitedFor() {
        TestNode a = nodes.node("a", WhenCutOff.SERVE);
        nodes.new TestNode(new Node.Declared(
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
}
