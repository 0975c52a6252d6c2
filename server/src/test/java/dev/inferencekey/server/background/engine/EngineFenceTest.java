package dev.inferencekey.server.background.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.background.engine.FakeDriver.Started;
import dev.inferencekey.server.domain.replica.PlacedReplica;
import dev.inferencekey.server.domain.replica.ReplicaPhase;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.node.NodePeers.Answer;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node {@code b} that is cut off and what then becomes of what it runs; {@code a} decides. */
@Timeout(30)
final class EngineFenceTest {
    private final BreakableStore shared = TestStores.sqlite();
    /** As {@code b} reaches it. */
    private final BreakableStore store = BreakableStore.over(shared);

    private final AtomicInteger ids = new AtomicInteger();
    private EngineFixture a;
    private EngineFixture b;

    @BeforeEach
    void start() {
        Fixtures.project(shared);
        a = node(shared, "a");
        b = node(store, "b");
        says(Answer.DECIDES);
    }

    private EngineFixture node(BreakableStore reached, String name) {
        return new EngineFixture(
                reached, shared, name, prefix -> prefix + "_" + ids.incrementAndGet(), () -> Fixtures.CREATED, true);
    }

    @AfterEach
    void stop() {
        store.recover();
        a.close();
        b.close();
        assertThat(b.driver.running()).isEmpty();
        shared.close();
    }

    private void says(Answer answer) {
        b.peers = _ -> CompletableFuture.completedFuture(answer);
    }

    private void declareOnB() {
        declareOnB(1);
    }

    private void declareOnB(int revision) {
        Workload workload = Fixtures.pinned(Fixtures.workload("wl_1", "simulator", revision, null, null, null), "b");
        assertThat(shared.<Boolean>write(session -> revision == 1
                        ? session.workloads().insert(workload)
                        : session.workloads().update(workload)))
                .isTrue();
    }

    private void look() {
        a.look();
        b.look();
        a.publish();
    }

    private Started readyOnB() {
        look();
        Started replica = b.driver.last();
        replica.ready();
        look();
        return replica;
    }

    private void cutOff() {
        b.membership.reachesStore = false;
        b.membership.holdsLease = false;
    }

    private List<PlacedReplica> placed() {
        return shared.read(session -> session.replicas().all());
    }

    @Test
    void whatRunsEndsInTimeAlthoughAnAnswerOfTheStoreIsStillWaitedFor() throws Exception {
        declareOnB();
        Started replica = readyOnB();
        replica.fails("so that there is something to report");
        store.hang();
        Thread round = Thread.ofVirtual().start(b.agent::round);
        await().until(() -> round.getState() == Thread.State.WAITING);
        cutOff();

        b.agent.lookAtLease();

        await().until(() -> replica.killed);
        assertThat(round.isAlive()).as("the report is still on its way").isTrue();
        store.recover();
        round.join();
    }

    @Test
    void endingBeginsWhileTheLeaseStillRunsSinceItTakesTime() {
        declareOnB();
        Started replica = readyOnB();
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
        declareOnB();
        Started replica = readyOnB();
        b.table.setOutstanding(replica.id(), 1);
        shared.<Boolean>write(session -> session.workloads().delete("wl_1"));
        look();
        assertThat(replica.stopped).as("a request is under way").isFalse();
        cutOff();

        b.agent.lookAtLease();

        await().until(() -> replica.killed);
    }

    @Test
    void whatCanNotBeKilledIsTriedAgainAndIsNotSaidToHaveEndedBefore() {
        declareOnB();
        Started replica = readyOnB();
        replica.clings.set(3);
        cutOff();
        b.agent.lookAtLease();
        b.membership.isBack();
        b.membership.reachesStore = true;
        b.agent.lookAtLease();
        b.look();
        if (!replica.killed) {
            assertThat(placed()).extracting(PlacedReplica::phase).containsExactly(ReplicaPhase.READY);
        }

        await().until(() -> replica.killed);

        await().untilAsserted(() -> {
            b.look();
            assertThat(placed()).extracting(PlacedReplica::phase).containsExactly(ReplicaPhase.FAILED);
        });
    }

    @Test
    void whatCanNotBeStoppedKeepsItsRowUntilItIsGone() {
        declareOnB();
        Started replica = readyOnB();
        replica.clings.set(3);
        shared.<Boolean>write(session -> session.workloads().delete("wl_1"));

        await().untilAsserted(() -> {
            look();
            // In this order: what is placed is read before.
            boolean forgotten = placed().isEmpty();
            assertThat(forgotten && !replica.stopped).isFalse();
            assertThat(forgotten).isTrue();
        });
    }

    @Test
    void whatIsJustBeingStartedWhenTheLeaseEndsDoesNotComeUp() throws Exception {
        declareOnB();
        a.look();
        b.publish();
        store.hang(); // The declaration is being read.
        Thread round = Thread.ofVirtual().start(b.agent::round);
        await().until(() -> round.getState() == Thread.State.WAITING);
        cutOff();
        b.agent.lookAtLease();
        b.membership.isBack();
        b.membership.reachesStore = true;
        b.agent.lookAtLease();
        store.recover();
        round.join();

        assertThat(b.driver.running())
                .as("others may have placed it anew meanwhile")
                .isEmpty();
    }

    @Test
    void whatWasPlacedBeforeTheNodeWasLostIsNotStartedAfterwards() {
        declareOnB();
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
        assertThat(placed()).extracting(PlacedReplica::phase).containsExactly(ReplicaPhase.FAILED);
    }

    @Test
    void aRoundBeforeTheFenceIsOpenAgainDoesNotMakeTheNodeForgetThatItWasLost() {
        declareOnB();
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
        assertThat(placed()).extracting(PlacedReplica::phase).containsExactly(ReplicaPhase.FAILED);
    }

    @Test
    void aNodeThatCameBackBeforeTheAnswerDidKeepsWhatItRunsAfterAnOutage() {
        declareOnB();
        Started replica = readyOnB();
        beginOutage();
        endOutage();
        b.membership.isLost();
        shared.delayNextRead(() -> {}, () -> {
            bIsBack();
            a.tick.addAndGet(a.membership.lease().toNanos());
        });

        a.reconciler.reconcile();

        assertThat(replica.killed).isFalse();
        assertThat(placed()).extracting(PlacedReplica::id).containsExactly(replica.id());
    }

    @Test
    void anOutageThatBeginsAndEndsWhileNodesAreReadIsWaitedForToo() {
        declareOnB();
        Started replica = readyOnB();
        shared.delayNextRead(
                () -> {
                    beginOutage();
                    endOutage();
                    b.membership.isLost();
                },
                this::bIsBack);

        a.reconciler.reconcile();

        assertThat(replica.killed).isFalse();
        assertThat(placed()).extracting(PlacedReplica::id).containsExactly(replica.id());
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
        declareOnB();
        Started replica = readyOnB();
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
        declareOnB();
        Started replica = readyOnB();
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
        declareOnB();
        Started replica = readyOnB();
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
        declareOnB();
        Started replica = readyOnB();

        EngineAgent.forgetEarlierRuns(shared);

        assertThat(placed()).extracting(PlacedReplica::id).containsExactly(replica.id());
    }

    @Test
    void whoeverDecidesGoesByTheNodesThatAreThereNowAndNotByThoseOfAWhileAgo() {
        assertThat(shared.<Boolean>write(session -> session.workloads()
                        .insert(Fixtures.workload("wl_1", "simulator", 1, null, "fixed", Map.of("replicas", 2)))))
                .isTrue();
        look();
        Started replica = b.driver.last();
        b.membership.isLost();
        a.membership.freeze();
        b.membership.isBack();

        a.look();

        assertThat(placed()).extracting(PlacedReplica::id).contains(replica.id());
    }
}
