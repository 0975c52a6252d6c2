package dev.inferencekey.server.background.node;

import static dev.inferencekey.server.background.node.SharedNodes.LEASE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.background.ExpiredRecords;
import dev.inferencekey.server.background.access.AccessFeed;
import dev.inferencekey.server.background.access.RecordingTable;
import dev.inferencekey.server.background.node.SharedNodes.TestNode;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.NodeReceipt;
import dev.inferencekey.server.domain.node.NodeReceipt.State;
import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.domain.node.WhenCutOff;
import dev.inferencekey.server.ports.access.AccessPublication.Receipt;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a node keeps its lease, loses it and comes back, and is told from others of its name. */
@Tag("slow")
@Timeout(60)
final class NodeLifeTest {
    @AutoClose
    private final SharedNodes nodes = new SharedNodes();

    @Test
    void aNodeThatMayStillServeIsNotForgottenWhateverTheStoresClockSays() throws Exception {
        TestNode a = nodes.node("a", WhenCutOff.SERVE);
        nodes.node("b", WhenCutOff.SERVE);
        a.life.refresh();
        nodes.pass(LEASE);
        a.life.beat();
        a.life.refresh();
        try (Connection connection = nodes.database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("update nodes set lost_at = lost_at - 5 * 86400000000");
        }
        ExpiredRecords expired = new ExpiredRecords(a.store, a.life, InstantSource.system());

        expired.forget();
        a.life.refresh();
        assertThat(a.life.nodes()).extracting(Node::name).containsExactly("a", "b");
        nodes.pass(Duration.ofHours(1));
        a.life.refresh();
        expired.forget();

        a.life.refresh();
        assertThat(a.life.nodes()).extracting(Node::name).containsExactly("a");
    }

    /** It can't know since when: rather too late a time than one that is too early. */
    @Test
    void aNodeThatStartsLaterCountsFromWhenItSawThatTheOtherIsLost() {
        TestNode a = nodes.node("a", WhenCutOff.SERVE);
        nodes.node("b", WhenCutOff.SERVE);
        a.life.refresh();
        nodes.pass(LEASE);
        a.life.beat();
        a.life.refresh();
        nodes.pass(Duration.ofMinutes(30));

        TestNode c = nodes.node("c", WhenCutOff.SERVE);

        assertThat(c.life.nodes().stream().filter(node -> node.name().equals("b")))
                .allSatisfy(b ->
                        assertThat(b.servesAtMostUntil()).isEqualTo(c.life.now().plus(Duration.ofHours(1))));
        assertThat(a.life.nodes().stream().filter(node -> node.name().equals("b")))
                .allSatisfy(b ->
                        assertThat(b.servesAtMostUntil()).isBefore(a.life.now().plus(Duration.ofMinutes(31))));
    }

    @Test
    void aNodeThatComesBackReadsWhatItMissedBeforeItAdmitsAgain() {
        TestNode a = nodes.node("a", WhenCutOff.SERVE);
        TestNode b = nodes.node("b", WhenCutOff.REFUSE);
        a.life.refresh();
        nodes.pass(LEASE);
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
    void aSecondNodeWithTheSameNameDoesNotStart() {
        nodes.node("a", WhenCutOff.SERVE);
        Node.Declared other = new Node.Declared(
                "node_2", "home_2", "a", "1", NodeRole.ALL, true, null, LEASE, WhenCutOff.SERVE, Duration.ofHours(1));

        assertThatThrownBy(() -> nodes.new TestNode(other))
                .isInstanceOf(NodeConflictException.class)
                .hasMessageContaining("another live node is called \"a\"")
                .hasMessageContaining("--node-name");
    }

    @Test
    void aProcessOnACopyOfTheDataFolderDoesNotServeBesideTheOther() {
        TestNode a = nodes.node("a", WhenCutOff.SERVE);
        TestNode copy = nodes.new TestNode(new Node.Declared(
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
        TestNode a = nodes.node("a", WhenCutOff.SERVE);
        TestNode b = nodes.node("b", WhenCutOff.SERVE);
        b.life.refresh();
        nodes.pass(LEASE);
        b.life.beat();
        b.life.refresh();
        TestNode replacement = nodes.new TestNode(new Node.Declared(
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
        TestNode a = nodes.node("a", WhenCutOff.SERVE);
        Duration lasts = LEASE.minus(LEASE.dividedBy(100));
        nodes.pass(lasts.minusMinutes(10));
        assertThat(a.life.holdsLeaseFor(Duration.ofMinutes(9))).isTrue();
        assertThat(a.life.holdsLeaseFor(Duration.ofMinutes(10))).isFalse();
        assertThat(a.life.holdsLease()).isTrue();
        assertThat(a.life.lease()).isEqualTo(LEASE);
    }

    @Test
    void aNodeThatWasForgottenWhileItRunsRegistersAgain() {
        TestNode a = nodes.node("a", WhenCutOff.SERVE);
        a.store.<Boolean>write(session -> session.nodes().remove("node_a"));

        a.life.beat();

        assertThat(a.node("node_a").live()).isTrue();
        assertThat(a.life.losses()).isEqualTo(1);
    }

    @Test
    void isToldWhenItIsToSendItsCallersElsewhere() {
        TestNode a = nodes.node("a", WhenCutOff.SERVE);
        List<Boolean> told = new CopyOnWriteArrayList<>();
        a.life.onDraining(told::add);
        a.store.<Boolean>write(session -> session.nodes().setDraining("node_a", true));

        a.life.refresh();
        a.life.refresh();

        assertThat(told).containsExactly(false, true);
    }

    @Test
    void aStoreThatNobodySharesIsWrittenOnceAtTheStartAndNeverAgain() {
        BreakableStore store = nodes.keep(TestStores.sqlite());
        RecordingTable table = new RecordingTable();
        nodes.keep(
                NodeLife.register(SharedNodes.declared("before", WhenCutOff.REFUSE), store, table, nodes.ticks::get));
        NodeLife life = nodes.keep(
                NodeLife.register(SharedNodes.declared("a", WhenCutOff.REFUSE), store, table, nodes.ticks::get));
        AccessFeed feed = new AccessFeed(store, table, SharedNodes.NEVER);
        feed.catchUp();
        life.start(feed);
        store.failWritesWith("nothing is to be written");
        nodes.pass(LEASE.multipliedBy(10));

        life.acknowledge(feed.catchUp());
        Receipt receipt = new NodeReceipts(feed, life, true, () -> Instant.EPOCH, nodes.ticks::get).publishEverywhere();

        assertThat(receipt.nodes())
                .containsExactly(new NodeReceipt("node_a", "a", 0, State.ACKNOWLEDGED, Instant.EPOCH, null));
        assertThat(life.holdsLease()).isTrue();
        assertThat(table.admitsUntil()).isEqualTo(RecordingTable.ALWAYS);
        assertThat(life.nodes()).extracting(Node::name).containsExactly("a");
    }
}
