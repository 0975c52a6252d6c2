package dev.inferencekey.server.background.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.background.engine.FakeDriver.Started;
import dev.inferencekey.server.domain.replica.ReplicaPhase;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.access.ReplicaTarget.Place;
import dev.inferencekey.server.ports.node.NodePeers;
import dev.inferencekey.server.ports.node.NodePeers.Answer;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What two nodes run, and what becomes of it when one of them ends or is lost. */
final class EngineNodesTest {
    @AutoClose
    private final TwoEngineNodes nodes = new TwoEngineNodes();

    private final EngineFixture a = nodes.a;
    private final EngineFixture b = nodes.b;

    private static Workload sleepy() {
        return Fixtures.pinned(
                Fixtures.workload("wl_1", "simulator", 1, null, "autoscaling", Map.of("min_workers", 0)), "b");
    }

    private static Workload external(@Nullable String worker) {
        Workload workload =
                Fixtures.workload("wl_1", "external", 1, Map.of("base_url", "http://127.0.0.1:1"), null, null);
        return worker == null ? workload : Fixtures.pinned(workload, worker);
    }

    /** So that what may run anywhere is placed on {@code b}. */
    private void keepABusy() {
        nodes.declare(Fixtures.pinned(Fixtures.workload("wl_2"), "a"));
        nodes.look();
    }

    @Test
    void aReplicaRunsOnOneNodeAndIsReachedFromAll() {
        nodes.declare(TwoEngineNodes.onB());
        Started replica = nodes.readyOnB();

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

    @Test
    void replicasOfOneWorkloadAreSpreadOverNodes() {
        nodes.declare(Fixtures.workload("wl_1", "simulator", 1, null, "fixed", Map.of("replicas", 4)));
        nodes.look();
        assertThat(a.driver.running()).hasSize(2);
        assertThat(b.driver.running()).hasSize(2);
    }

    @Test
    void oneNodeDecidesAndTheNextGoesOnWhereItEnded() {
        nodes.declare(TwoEngineNodes.onB());
        nodes.look();
        b.driver.last().fails("exit code 1");
        nodes.look();
        a.membership.isLost();
        for (int i = 0; i < 3; i++) {
            b.look();
            nodes.now = nodes.now.plusSeconds(10);
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
        nodes.declare(TwoEngineNodes.onB());
        a.look();
        assertThat(nodes.placed()).isEmpty();
        b.look();
        assertThat(nodes.placed()).hasSize(1);
    }

    @Test
    void whatRanOnALostNodeIsStartedOnAnother() {
        keepABusy();
        nodes.declare(Fixtures.workload("wl_1"));
        Started lost = nodes.readyOnB();
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
        nodes.declare(TwoEngineNodes.onB());
        Started replica = nodes.readyOnB();
        Workload elsewhere = external("b");
        nodes.declare(new Workload(
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
                nodes.now,
                nodes.now));
        nodes.look();
        Started external = b.driver.last();
        external.becomes(new ReplicaStatus.Ready(externalTarget(external)));
        nodes.look();

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
        nodes.declare(TwoEngineNodes.onB());
        Started replica = nodes.readyOnB();
        b.membership.holdsLease = false;
        b.peers = node -> CompletableFuture.completedFuture(Answer.DECIDES);
        b.agent.lookAtLease();
        await().until(() -> replica.killed);
        b.membership.isBack();
        await().until(() -> {
            b.look();
            return nodes.placed().getFirst().phase() == ReplicaPhase.FAILED;
        });
        nodes.look();
        nodes.look();
        nodes.now = nodes.now.plusSeconds(5);
        nodes.look();
        assertThat(b.driver.running()).hasSize(1);
        assertThat(b.driver.last().id()).isNotEqualTo(replica.id());
        assertThat(b.runtime.status("wl_1").phase()).isEqualTo(ReadinessPhase.PROVISIONING);
    }

    @Test
    void whileTheStoreIsAwayForEveryNodeWhatRunsGoesOn() {
        nodes.declare(TwoEngineNodes.onB());
        Started replica = nodes.readyOnB();
        b.membership.holdsLease = false;
        b.peers = node -> CompletableFuture.completedFuture(Answer.DECIDES_NOTHING);
        b.agent.lookAtLease();
        b.membership.isBack();
        nodes.look();
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
        nodes.declare(TwoEngineNodes.onB());
        Started replica = nodes.readyOnB();
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
        nodes.declare(Fixtures.workload("wl_1"));
        Started replica = nodes.readyOnB();
        // Both were cut off; a is back first, and takes b for lost.
        b.membership.isLost();
        a.membership.isBack();
        a.look();
        assertThat(a.driver.running()).hasSize(1);
        b.membership.isBack();
        nodes.look();
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
        nodes.declare(sleepy());
        nodes.look();
        assertThat(nodes.placed()).isEmpty();

        b.reconciler.requestWaits("wl_1");
        b.look();
        nodes.look();
        assertThat(b.driver.running()).hasSize(1);
        assertThat(nodes.store.<List<String>>read(session -> session.replicas().asked()))
                .isEmpty();
    }

    @Test
    void aRequestUnderWayOnAnyNodeKeepsItsReplicaAwake() {
        nodes.declare(sleepy());
        nodes.look();
        a.reconciler.requestWaits("wl_1");
        Started replica = nodes.readyOnB();
        b.table.setOutstanding(replica.id(), 1);
        for (int minute = 0; minute < 30; minute++) {
            nodes.now = nodes.now.plus(Duration.ofMinutes(1));
            nodes.look();
            assertThat(replica.stopped).as("minute %d", minute).isFalse();
        }
        b.table.setOutstanding(replica.id(), 0);
        for (int minute = 0; minute < 12; minute++) {
            nodes.now = nodes.now.plus(Duration.ofMinutes(1));
            nodes.look();
        }
        await().until(() -> replica.stopped);
    }

    @Test
    void whatIsInUseIsNotPutToSleepWhenAnotherNodeBeginsToDecide() {
        nodes.declare(sleepy());
        nodes.look();
        a.reconciler.requestWaits("wl_1");
        Started replica = nodes.readyOnB();
        a.membership.isLost();
        b.look();
        b.look();
        assertThat(replica.stopped).isFalse();
        assertThat(b.driver.running()).hasSize(1);
    }

    @Test
    void anExternalReplicaIsCalledByEachNodeItselfAndOutlivesTheNodeThatLooksAfterIt() {
        nodes.declare(external(null));
        nodes.declare(Fixtures.pinned(Fixtures.workload("wl_2"), "a"));
        nodes.look();
        nodes.look();
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
        nodes.look();
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
        nodes.declare(Fixtures.workload("wl_1"));
        Started there = nodes.readyOnB();
        nodes.store.<Boolean>write(session -> session.nodes().setDraining(b.membership.id(), true));
        nodes.look();
        assertThat(there.stopped).isFalse();
        assertThat(a.table.targets("wl_1")).hasSize(1);
        a.driver.last().ready();
        nodes.look();
        nodes.look();
        assertThat(a.table.targets("wl_1")).containsExactly(a.driver.last().target());
        await().until(() -> there.stopped);
    }

    @Test
    void anEndedReplicaIsForgottenByItsNode() {
        nodes.declare(TwoEngineNodes.onB());
        Started replica = nodes.readyOnB();
        nodes.store.<Boolean>write(session -> session.workloads().delete("wl_1"));
        nodes.look();
        await().untilAsserted(() -> {
            nodes.look();
            assertThat(nodes.placed()).isEmpty();
        });
        assertThat(replica.stopped).isTrue();
        assertThat(nodes.store.<List<?>>read(session -> session.replicas().runs()))
                .isEmpty();
    }

    @Test
    void whatAnEarlierStartRanIsForgottenBeforeAnythingServes() {
        nodes.declare(TwoEngineNodes.onB());
        nodes.readyOnB();
        EngineFixture restarted = nodes.other("c", true);
        nodes.store.<Boolean>write(session -> session.nodes().remove(b.membership.id()));
        EngineAgent.forgetEarlierRuns(nodes.store);
        assertThat(nodes.placed()).isEmpty();
        restarted.close();
    }

    @Test
    void aChangeRollsOnTheNodeOfTheReplica() {
        nodes.declare(TwoEngineNodes.onB());
        Started old = nodes.readyOnB();
        nodes.change(Fixtures.pinned(Fixtures.workload("wl_1", "simulator", 2, null, null, null), "b"));
        nodes.look();
        assertThat(a.table.targets("wl_1")).extracting(ReplicaTarget::replicaId).containsExactly(old.id());
        Started fresh = b.driver.last();
        fresh.ready();
        nodes.look();
        nodes.look();
        assertThat(a.table.targets("wl_1")).extracting(ReplicaTarget::replicaId).containsExactly(fresh.id());
        await().until(() -> old.stopped);
    }
}
