package dev.inferencekey.server.background.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.background.engine.FakeDriver.Started;
import dev.inferencekey.server.domain.replica.PlacedReplica;
import dev.inferencekey.server.domain.replica.ReplicaPhase;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.access.ReplicaTarget.Place;
import dev.inferencekey.server.ports.node.NodePeers;
import dev.inferencekey.server.ports.node.NodePeers.Answer;
import dev.inferencekey.server.ports.runtime.LogTail;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes on one store: {@code a} decides, and what is pinned to {@code b} runs there. */
final class EngineNodesTest {
    private final BreakableStore store = TestStores.sqlite();
    private final AtomicInteger ids = new AtomicInteger();
    private Instant now = Fixtures.CREATED;
    private EngineFixture a;
    private EngineFixture b;

    @BeforeEach
    void start() {
        Fixtures.project(store);
        a = node("a");
        b = node("b");
    }

    private EngineFixture node(String name) {
        return new EngineFixture(store, name, prefix -> prefix + "_" + ids.incrementAndGet(), () -> now);
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        assertThat(a.driver.running()).isEmpty();
        assertThat(b.driver.running()).isEmpty();
        store.close();
    }

    private void declare(Workload workload) {
        assertThat(store.<Boolean>write(session -> session.workloads().insert(workload)))
                .isTrue();
    }

    private void change(Workload workload) {
        assertThat(store.<Boolean>write(session -> session.workloads().update(workload)))
                .isTrue();
    }

    private static Workload onB() {
        return Fixtures.pinned(Fixtures.workload("wl_1"), "b");
    }

    private static Workload sleepy() {
        return Fixtures.pinned(
                Fixtures.workload("wl_1", "simulator", 1, null, "autoscaling", Map.of("min_workers", 0)), "b");
    }

    private static Workload external(@Nullable String worker) {
        Workload workload =
                Fixtures.workload("wl_1", "external", 1, Map.of("base_url", "http://127.0.0.1:1"), null, null);
        return worker == null ? workload : Fixtures.pinned(workload, worker);
    }

    private Instant look() {
        Instant next = a.look();
        b.look();
        a.publish();
        b.publish();
        return next;
    }

    /** So that what may run anywhere is placed on {@code b}. */
    private void keepABusy() {
        declare(Fixtures.pinned(Fixtures.workload("wl_2"), "a"));
        look();
    }

    private Started readyOnB() {
        look();
        Started replica = b.driver.last();
        replica.ready();
        look();
        return replica;
    }

    private List<PlacedReplica> placed() {
        return store.read(session -> session.replicas().all());
    }

    @Test
    void aReplicaRunsOnOneNodeAndIsReachedFromAll() {
        declare(onB());
        Started replica = readyOnB();

        assertThat(a.driver.started).isEmpty();
        assertThat(b.driver.started).hasSize(1);
        assertThat(b.table.targets("wl_1")).containsExactly(replica.target());
        assertThat(a.table.targets("wl_1"))
                .containsExactly(ReplicaTarget.onNode(
                        replica.id(), "b:9443", replica.target().model()));
        assertThat(a.table.targets("wl_1").getFirst().bearerSecret()).isNull();
        for (EngineFixture node : List.of(a, b)) {
            assertThat(node.runtime.status("wl_1").phase()).isEqualTo(ReadinessPhase.READY);
            assertThat(node.runtime.replicas("wl_1"))
                    .singleElement()
                    .satisfies(told -> assertThat(told.worker()).isEqualTo("b"));
        }
    }

    /** A way from one node to the other, which answers as that one would. */
    private static NodePeers to(EngineFixture other) {
        return new NodePeers() {
            @Override
            public CompletableFuture<Answer> askWhetherItDecides(String node) {
                return CompletableFuture.completedFuture(Answer.UNKNOWN);
            }

            @Override
            public CompletableFuture<Optional<List<String>>> askForLog(String node, String workloadId, int lines) {
                assertThat(node).isEqualTo(other.membership.name() + ":9443");
                return CompletableFuture.completedFuture(Optional.of(other.agent.logTail(workloadId, lines)));
            }
        };
    }

    private static String whyMissing(EngineFixture node) {
        LogTail tail = node.runtime.logTail("wl_1", 10);
        assertThat(tail.lines()).isEmpty();
        LogTail.Missing missing = tail.missing().getFirst();
        assertThat(tail.missing()).hasSize(1);
        assertThat(missing.message()).contains("the node " + missing.node() + " ");
        return missing.message();
    }

    @Test
    void everyNodeShowsTheSameLog() {
        a.peers = to(b);
        b.peers = to(a);
        declare(Fixtures.workload("wl_1", "simulator", 1, null, "fixed", Map.of("replicas", 2)));
        look();
        assertThat(a.driver.running()).hasSize(1);

        for (EngineFixture node : List.of(a, b)) {
            assertThat(node.runtime.logTail("wl_1", 10))
                    .isEqualTo(new LogTail(List.of("log of tiny", "log of tiny"), List.of()));
            assertThat(node.runtime.logTail("wl_1", 1).lines()).hasSize(1);
        }
    }

    @Test
    void theLastWordsOfWhatFailedElsewhereAreShownToo() {
        a.peers = to(b);
        declare(onB());
        Started failed = readyOnB();
        failed.fails("exit code 1");
        b.agent.round();
        store.<Boolean>write(session -> {
            session.replicas().remove(failed.id());
            return true;
        });
        a.publish();
        assertThat(a.runtime.replicas("wl_1")).isEmpty();
        assertThat(a.runtime.logTail("wl_1", 10).lines()).containsExactly("log of tiny");
    }

    @Test
    void whatANodeCanNotTellIsSaidWithItsName() {
        declare(onB());
        readyOnB();
        assertThat(b.runtime.logTail("wl_1", 10)).isEqualTo(new LogTail(List.of("log of tiny"), List.of()));
        assertThat(whyMissing(a)).contains("the node b ", "does not answer");

        b.membership.isLost();
        assertThat(whyMissing(a)).contains("the node b ", "was lost");
    }

    @Test
    void withoutAListenerForNodesTheNodeToAskIsNamed() {
        try (EngineFixture alone = new EngineFixture(
                store, store, "c", prefix -> prefix + "_" + ids.incrementAndGet(), () -> now, false)) {
            declare(onB());
            readyOnB();
            alone.publish();
            assertThat(whyMissing(alone)).contains("the node b ", "the node c can't ask it", "--node-tls-cert");

            declare(Fixtures.pinned(Fixtures.workload("wl_2"), "c"));
            look();
            alone.look();
            a.publish();
            assertThat(a.runtime.logTail("wl_2", 10).missing())
                    .singleElement()
                    .satisfies(missing -> assertThat(missing.message()).contains("the node c ", "--advertise"));
        }
    }

    @Test
    void replicasOfOneWorkloadAreSpreadOverNodes() {
        declare(Fixtures.workload("wl_1", "simulator", 1, null, "fixed", Map.of("replicas", 4)));
        look();
        assertThat(a.driver.running()).hasSize(2);
        assertThat(b.driver.running()).hasSize(2);
    }

    @Test
    void oneNodeDecidesAndTheNextGoesOnWhereItEnded() {
        declare(onB());
        look();
        b.driver.last().fails("exit code 1");
        look();
        a.membership.isLost();
        for (int i = 0; i < 3; i++) {
            b.look();
            now = now.plusSeconds(10);
            b.look();
            b.driver.last().fails("exit code 1");
        }
        b.look();
        assertThat(a.driver.started).isEmpty();
        assertThat(b.driver.started).hasSize(4);
        assertThat(b.runtime.status("wl_1").phase()).isEqualTo(ReadinessPhase.ERROR);
        assertThat(b.runtime.status("wl_1").message()).isEqualTo("exit code 1");
        assertThat(b.table.backends("wl_1")).isEqualTo(new Backends.Failed());
    }

    @Test
    void aNodeThatDoesNotDecideAnyMoreChangesNothing() {
        a.look();
        a.membership.isLost();
        b.look();
        declare(onB());
        a.look();
        assertThat(placed()).isEmpty();
        b.look();
        assertThat(placed()).hasSize(1);
    }

    @Test
    void whatRanOnALostNodeIsStartedOnAnother() {
        keepABusy();
        declare(Fixtures.workload("wl_1"));
        Started lost = readyOnB();
        assertThat(a.table.targets("wl_1")).extracting(ReplicaTarget::place).containsExactly(Place.OTHER_NODE);

        b.membership.isLost();
        a.look();

        Started instead = a.driver.last();
        assertThat(instead.id()).isNotEqualTo(lost.id());
        instead.ready();
        a.look();
        a.publish();
        assertThat(a.table.targets("wl_1")).containsExactly(instead.target());
        assertThat(a.runtime.status("wl_1").message()).isEqualTo("1 of 1 replicas ready");
    }

    @Test
    void aNodeEndsWhatItRunsWhenItsLeaseEndsAndNothingElse() {
        declare(onB());
        Started replica = readyOnB();
        Workload elsewhere = external("b");
        declare(new Workload(
                "wl_2",
                elsewhere.projectId(),
                elsewhere.projectSlug(),
                "elsewhere",
                elsewhere.name(),
                null,
                elsewhere.taskType(),
                elsewhere.backend(),
                elsewhere.modelName(),
                elsewhere.config(),
                "b",
                null,
                null,
                null,
                1,
                now,
                now));
        look();
        Started external = b.driver.last();
        external.becomes(new ReplicaStatus.Ready(externalTarget(external)));
        look();

        b.peers = node -> CompletableFuture.completedFuture(Answer.DECIDES);
        b.membership.reachesStore = false;
        b.agent.lookAtLease();
        assertThat(replica.killed).isFalse();

        b.membership.holdsLease = false;
        b.agent.lookAtLease();

        await().until(() -> replica.killed);
        assertThat(external.stopped).isFalse();
    }

    @Test
    void aNodeThatIsBackSaysThatWhatItRanHasEndedAndIsGivenItAgain() {
        declare(onB());
        Started replica = readyOnB();
        b.membership.holdsLease = false;
        b.peers = node -> CompletableFuture.completedFuture(Answer.DECIDES);
        b.agent.lookAtLease();
        await().until(() -> replica.killed);
        b.membership.isBack();
        await().until(() -> {
            b.look();
            return placed().getFirst().phase() == ReplicaPhase.FAILED;
        });
        look();
        look();
        now = now.plusSeconds(5);
        look();
        assertThat(b.driver.running()).hasSize(1);
        assertThat(b.driver.last().id()).isNotEqualTo(replica.id());
        assertThat(b.runtime.status("wl_1").phase()).isEqualTo(ReadinessPhase.PROVISIONING);
    }

    @Test
    void whileTheStoreIsAwayForEveryNodeWhatRunsGoesOn() {
        declare(onB());
        Started replica = readyOnB();
        b.membership.holdsLease = false;
        b.peers = node -> CompletableFuture.completedFuture(Answer.DECIDES_NOTHING);
        b.agent.lookAtLease();
        b.membership.isBack();
        look();
        assertThat(replica.killed).isFalse();
        assertThat(replica.stopped).isFalse();
        assertThat(a.table.targets("wl_1")).hasSize(1);

        b.membership.holdsLease = false;
        b.peers = node -> CompletableFuture.completedFuture(Answer.DECIDES);
        b.agent.lookAtLease();
        await().until(() -> replica.killed);
    }

    @Test
    void theWordOfANodeThatItDecidesNothingHoldsForAWhileAndThenItsSilenceMeansThatItMay() {
        declare(onB());
        Started replica = readyOnB();
        b.membership.reachesStore = false;
        b.agent.lookAtLease(); // Asked while the lease runs; a does not answer.
        b.peers = node -> CompletableFuture.completedFuture(Answer.DECIDES_NOTHING);
        b.agent.lookAtLease();
        b.tick.addAndGet(Duration.ofSeconds(2).toNanos());
        b.peers = NodePeers.NONE;
        b.membership.holdsLease = false;
        b.agent.lookAtLease();
        assertThat(replica.killed).isFalse();

        b.tick.addAndGet(Duration.ofSeconds(1).toNanos());
        b.agent.lookAtLease();
        await().until(() -> replica.killed);
    }

    @Test
    void afterAnOutageOfTheStoreANodeIsWaitedForBeforeItsReplicasAreStartedElsewhere() {
        keepABusy();
        declare(Fixtures.workload("wl_1"));
        Started replica = readyOnB();
        // Both were cut off; a is back first, and takes b for lost.
        b.membership.isLost();
        a.membership.isBack();
        a.look();
        assertThat(a.driver.running()).hasSize(1);
        b.membership.isBack();
        look();
        assertThat(replica.stopped).isFalse();
        assertThat(a.driver.running()).hasSize(1);

        b.membership.isLost();
        a.membership.isBack();
        a.look();
        a.tick.addAndGet(Duration.ofSeconds(11).toNanos());
        a.look();
        assertThat(a.driver.running()).hasSize(2);
    }

    @Test
    void demandAtAnyNodeReachesTheOneThatDecides() {
        declare(sleepy());
        look();
        assertThat(placed()).isEmpty();

        b.reconciler.requestWaits("wl_1");
        b.look();
        look();
        assertThat(b.driver.running()).hasSize(1);
        assertThat(store.<List<String>>read(session -> session.replicas().asked()))
                .isEmpty();
    }

    @Test
    void aRequestUnderWayOnAnyNodeKeepsItsReplicaAwake() {
        declare(sleepy());
        look();
        a.reconciler.requestWaits("wl_1");
        Started replica = readyOnB();
        b.table.setOutstanding(replica.id(), 1);
        for (int minute = 0; minute < 30; minute++) {
            now = now.plus(Duration.ofMinutes(1));
            look();
            assertThat(replica.stopped).as("minute %d", minute).isFalse();
        }
        b.table.setOutstanding(replica.id(), 0);
        for (int minute = 0; minute < 12; minute++) {
            now = now.plus(Duration.ofMinutes(1));
            look();
        }
        await().until(() -> replica.stopped);
    }

    @Test
    void whatIsInUseIsNotPutToSleepWhenAnotherNodeBeginsToDecide() {
        declare(sleepy());
        look();
        a.reconciler.requestWaits("wl_1");
        Started replica = readyOnB();
        a.membership.isLost();
        b.look();
        b.look();
        assertThat(replica.stopped).isFalse();
        assertThat(b.driver.running()).hasSize(1);
    }

    @Test
    void anExternalReplicaIsCalledByEachNodeItselfAndOutlivesTheNodeThatLooksAfterIt() {
        declare(external(null));
        declare(Fixtures.pinned(Fixtures.workload("wl_2"), "a"));
        look();
        look();
        Started first = (a.driver.running().stream()
                                .anyMatch(r -> r.spec.backend().equals("external"))
                        ? a
                        : b)
                .driver.running().stream()
                        .filter(r -> r.spec.backend().equals("external"))
                        .findFirst()
                        .orElseThrow();
        EngineFixture keeper = a.driver.started.contains(first) ? a : b;
        EngineFixture other = keeper == a ? b : a;
        first.becomes(new ReplicaStatus.Ready(externalTarget(first)));
        look();
        assertThat(a.table.targets("wl_1")).containsExactly(externalTarget(first));
        assertThat(b.table.targets("wl_1")).containsExactly(externalTarget(first));

        keeper.membership.isLost();
        keeper.membership.holdsLease = false;
        other.look();
        other.look();
        other.publish();
        assertThat(other.table.targets("wl_1")).containsExactly(externalTarget(first));
        assertThat(other.driver.last().id()).isEqualTo(first.id());
        assertThat(other.runtime.status("wl_1").phase()).isEqualTo(ReadinessPhase.READY);
    }

    private static ReplicaTarget externalTarget(Started replica) {
        return new ReplicaTarget(
                replica.id(), URI.create("http://127.0.0.1:1"), "tiny", "provider-key", Place.EXTERNAL, true);
    }

    @Test
    void aDrainedNodeIsEmptiedWithoutAMomentUnserved() {
        keepABusy();
        declare(Fixtures.workload("wl_1"));
        Started there = readyOnB();
        store.<Boolean>write(session -> session.nodes().setDraining(b.membership.id(), true));
        look();
        assertThat(there.stopped).isFalse();
        assertThat(a.table.targets("wl_1")).hasSize(1);
        a.driver.last().ready();
        look();
        look();
        assertThat(a.table.targets("wl_1")).containsExactly(a.driver.last().target());
        await().until(() -> there.stopped);
    }

    @Test
    void anEndedReplicaIsForgottenByItsNode() {
        declare(onB());
        Started replica = readyOnB();
        store.<Boolean>write(session -> session.workloads().delete("wl_1"));
        look();
        await().untilAsserted(() -> {
            look();
            assertThat(placed()).isEmpty();
        });
        assertThat(replica.stopped).isTrue();
        assertThat(store.<List<?>>read(session -> session.replicas().runs())).isEmpty();
    }

    @Test
    void whatAnEarlierStartRanIsForgottenBeforeAnythingServes() {
        declare(onB());
        readyOnB();
        EngineFixture restarted = node("c");
        store.<Boolean>write(session -> session.nodes().remove(b.membership.id()));
        EngineAgent.forgetEarlierRuns(store);
        assertThat(placed()).isEmpty();
        restarted.close();
    }

    @Test
    void aChangeRollsOnTheNodeOfTheReplica() {
        declare(onB());
        Started old = readyOnB();
        change(Fixtures.pinned(Fixtures.workload("wl_1", "simulator", 2, null, null, null), "b"));
        look();
        assertThat(a.table.targets("wl_1")).extracting(ReplicaTarget::replicaId).containsExactly(old.id());
        Started fresh = b.driver.last();
        fresh.ready();
        look();
        look();
        assertThat(a.table.targets("wl_1")).extracting(ReplicaTarget::replicaId).containsExactly(fresh.id());
        await().until(() -> old.stopped);
    }
}
