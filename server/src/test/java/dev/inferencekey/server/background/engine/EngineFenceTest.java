package dev.inferencekey.server.background.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.background.engine.FakeDriver.Started;
import dev.inferencekey.server.domain.replica.PlacedReplica;
import dev.inferencekey.server.domain.replica.ReplicaPhase;
import dev.inferencekey.server.ports.node.NodePeers.Answer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node {@code b} that is cut off and what then becomes of what it runs; {@code a} decides. */
@Timeout(30)
final class EngineFenceTest {
    @AutoClose
    private final TwoEngineNodes nodes = new TwoEngineNodes();

    private final EngineFixture a = nodes.a;
    private final EngineFixture b = nodes.b;

    @BeforeEach
    void start() {
        says(Answer.DECIDES);
    }

    private void says(Answer answer) {
        b.peers = _ -> CompletableFuture.completedFuture(answer);
    }

    private void cutOff() {
        b.membership.reachesStore = false;
        b.membership.holdsLease = false;
    }

    @Test
    void whatRunsEndsInTimeAlthoughAnAnswerOfTheStoreIsStillWaitedFor() throws Exception {
        nodes.declare(TwoEngineNodes.onB());
        Started replica = nodes.readyOnB();
        replica.fails("so that there is something to report");
        nodes.reachedByB.hang();
        Thread round = Thread.ofVirtual().start(b.agent::round);
        await().until(() -> round.getState() == Thread.State.WAITING);
        cutOff();

        b.agent.lookAtLease();

        await().until(() -> replica.killed);
        assertThat(round.isAlive()).as("the report is still on its way").isTrue();
        nodes.reachedByB.recover();
        round.join();
    }

    @Test
    void endingBeginsWhileTheLeaseStillRunsSinceItTakesTime() {
        nodes.declare(TwoEngineNodes.onB());
        Started replica = nodes.readyOnB();
        b.membership.reachesStore = false;
        b.membership.leaseLeft = Duration.ofMillis(2_001);
        b.agent.lookAtLease();
        assertThat(b.agent.replica(replica.id())).isNotNull();
        assertThat(replica.killed).isFalse();

        b.membership.leaseLeft = Duration.ofSeconds(2);
        b.agent.lookAtLease();

        await().until(() -> replica.killed);
        assertThat(b.membership.holdsLease()).isTrue();
    }

    @Test
    void whatIsBeingStoppedInPeaceIsKilledToo() {
        nodes.declare(TwoEngineNodes.onB());
        Started replica = nodes.readyOnB();
        b.table.setOutstanding(replica.id(), 1);
        nodes.store.<Boolean>write(session -> session.workloads().delete("wl_1"));
        nodes.look();
        assertThat(replica.stopped).as("a request is under way").isFalse();
        cutOff();

        b.agent.lookAtLease();

        await().until(() -> replica.killed);
    }

    @Test
    void whatCanNotBeKilledIsTriedAgainAndIsNotSaidToHaveEndedBefore() {
        nodes.declare(TwoEngineNodes.onB());
        Started replica = nodes.readyOnB();
        replica.clings.set(3);
        cutOff();
        b.agent.lookAtLease();
        b.membership.isBack();
        b.membership.reachesStore = true;
        b.agent.lookAtLease();
        b.look();
        if (!replica.killed) {
            assertThat(nodes.placed()).extracting(PlacedReplica::phase).containsExactly(ReplicaPhase.READY);
        }

        await().until(() -> replica.killed);

        await().untilAsserted(() -> {
            b.look();
            assertThat(nodes.placed()).extracting(PlacedReplica::phase).containsExactly(ReplicaPhase.FAILED);
        });
    }

    @Test
    void whatCanNotBeStoppedKeepsItsRowUntilItIsGone() {
        nodes.declare(TwoEngineNodes.onB());
        Started replica = nodes.readyOnB();
        replica.clings.set(3);
        nodes.store.<Boolean>write(session -> session.workloads().delete("wl_1"));

        await().untilAsserted(() -> {
            nodes.look();
            // In this order: what is placed is read before.
            boolean forgotten = nodes.placed().isEmpty();
            assertThat(forgotten && !replica.stopped).isFalse();
            assertThat(forgotten).isTrue();
        });
    }

    @Test
    void whatIsJustBeingStartedWhenTheLeaseEndsDoesNotComeUp() throws Exception {
        nodes.declare(TwoEngineNodes.onB());
        a.look();
        b.publish();
        nodes.reachedByB.hang(); // The declaration is being read.
        Thread round = Thread.ofVirtual().start(b.agent::round);
        await().until(() -> round.getState() == Thread.State.WAITING);
        cutOff();
        b.agent.lookAtLease();
        b.membership.isBack();
        b.membership.reachesStore = true;
        b.agent.lookAtLease();
        nodes.reachedByB.recover();
        round.join();

        assertThat(b.driver.running())
                .as("others may have placed it anew meanwhile")
                .isEmpty();
    }

    @Test
    void whatWasPlacedBeforeTheNodeWasLostIsNotStartedAfterwards() {
        nodes.declare(TwoEngineNodes.onB());
        a.look(); // It is placed, and b does not know yet.
        cutOff();
        b.membership.isLost();
        b.agent.lookAtLease();
        b.membership.isBack();
        b.membership.reachesStore = true;

        b.agent.lookAtLease();
        b.publish();
        b.agent.round();

        assertThat(b.driver.started).isEmpty();
        assertThat(nodes.placed()).extracting(PlacedReplica::phase).containsExactly(ReplicaPhase.FAILED);
    }

    @Test
    void aRoundBeforeTheFenceIsOpenAgainDoesNotMakeTheNodeForgetThatItWasLost() {
        nodes.declare(TwoEngineNodes.onB());
        a.look(); // It is placed, and b does not know yet.
        cutOff();
        b.membership.isLost();
        b.agent.lookAtLease();
        b.membership.isBack();
        b.membership.reachesStore = true;
        b.publish();
        b.agent.round();

        b.agent.lookAtLease();
        b.agent.round();

        assertThat(b.driver.started).isEmpty();
        assertThat(nodes.placed()).extracting(PlacedReplica::phase).containsExactly(ReplicaPhase.FAILED);
    }

    @Test
    void aNodeThatCameBackBeforeTheAnswerDidKeepsWhatItRunsAfterAnOutage() {
        nodes.declare(TwoEngineNodes.onB());
        Started replica = nodes.readyOnB();
        beginOutage();
        endOutage();
        b.membership.isLost();
        nodes.store.delayNextRead(() -> {}, () -> {
            bIsBack();
            a.tick.addAndGet(a.membership.lease().toNanos());
        });

        a.reconciler.reconcile();

        assertThat(replica.killed).isFalse();
        assertThat(nodes.placed()).extracting(PlacedReplica::id).containsExactly(replica.id());
    }

    @Test
    void anOutageThatBeginsAndEndsWhileNodesAreReadIsWaitedForToo() {
        nodes.declare(TwoEngineNodes.onB());
        Started replica = nodes.readyOnB();
        nodes.store.delayNextRead(
                () -> {
                    beginOutage();
                    endOutage();
                    b.membership.isLost();
                },
                this::bIsBack);

        a.reconciler.reconcile();

        assertThat(replica.killed).isFalse();
        assertThat(nodes.placed()).extracting(PlacedReplica::id).containsExactly(replica.id());
    }

    /** For all nodes, until the lease of b has run out. */
    private void beginOutage() {
        b.peers = _ -> CompletableFuture.completedFuture(
                a.reconciler.decidesOnOthers() ? Answer.DECIDES : Answer.DECIDES_NOTHING);
        a.membership.reachesStore = false;
        cutOff();
        b.agent.lookAtLease();
    }

    /** For a; b has not noticed yet. */
    private void endOutage() {
        a.tick.addAndGet(a.membership.lease().dividedBy(10).toNanos());
        a.membership.reachesStore = true;
        b.agent.lookAtLease();
    }

    private void bIsBack() {
        b.membership.isBack();
        b.membership.reachesStore = true;
        b.agent.lookAtLease();
    }

    @Test
    void aNodeThatWasLostWhenItWasLastSeenCountsOnceItAnswers() {
        nodes.declare(TwoEngineNodes.onB());
        Started replica = nodes.readyOnB();
        a.membership.isLost();
        says(Answer.UNKNOWN);
        cutOff();
        b.agent.lookAtLease();
        says(Answer.DECIDES_NOTHING);
        b.agent.lookAtLease();
        assertThat(replica.killed).as("nobody is there, or nobody decides").isFalse();
        b.agent.lookAtLease();
        assertThat(replica.killed).isFalse();

        says(Answer.DECIDES);
        b.agent.lookAtLease();

        await().until(() -> replica.killed);
    }

    @Test
    void aQuestionThatIsNeverAnsweredHoldsNothingUp() {
        nodes.declare(TwoEngineNodes.onB());
        Started replica = nodes.readyOnB();
        b.peers = _ -> new CompletableFuture<>();
        b.membership.reachesStore = false;
        b.agent.lookAtLease();
        assertThat(replica.killed).isFalse();
        b.membership.holdsLease = false;

        b.agent.lookAtLease();

        await().until(() -> replica.killed);
    }

    @Test
    void aNodeWhosePlaceAnotherOneHasTakenRunsNothingWhateverOthersSay() {
        nodes.declare(TwoEngineNodes.onB());
        Started replica = nodes.readyOnB();
        says(Answer.DECIDES_NOTHING);
        cutOff();
        b.agent.lookAtLease();
        assertThat(replica.killed).isFalse();

        b.membership.replaced = true;
        b.agent.lookAtLease();

        await().until(() -> replica.killed);
    }

    @Test
    void aNodeThatHasJustComeIsKnownToOneThatStarts() {
        nodes.declare(TwoEngineNodes.onB());
        Started replica = nodes.readyOnB();

        EngineAgent.forgetEarlierRuns(nodes.store);

        assertThat(nodes.placed()).extracting(PlacedReplica::id).containsExactly(replica.id());
    }

    @Test
    void whoeverDecidesGoesByTheNodesThatAreThereNowAndNotByThoseOfAWhileAgo() {
        assertThat(nodes.store.<Boolean>write(session -> session.workloads()
                        .insert(Fixtures.workload("wl_1", "simulator", 1, null, "fixed", Map.of("replicas", 2)))))
                .isTrue();
        nodes.look();
        Started replica = b.driver.last();
        b.membership.isLost();
        a.membership.freeze();
        b.membership.isBack();

        a.look();

        assertThat(nodes.placed()).extracting(PlacedReplica::id).contains(replica.id());
    }
}
