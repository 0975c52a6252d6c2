package dev.inferencekey.server.background;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.background.ReplicaView.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ReconcilePlannerTest {
    private static final ReplicaVersion OLD = new ReplicaVersion(1, null);
    private static final List<State> STATES = List.of(State.values());
    private static final ReplicaVersion NEW = new ReplicaVersion(2, null);

    @Test
    void startsWhatIsMissing() {
        assertThat(ReconcilePlanner.plan(2, NEW, List.of(), true)).isEqualTo(new ReconcilePlan(2, List.of()));
    }

    @Test
    void startsNothingWhileAFailureIsBeingSpacedOut() {
        ReconcilePlan plan = ReconcilePlanner.plan(1, NEW, List.of(view("a", NEW, State.FAILED)), false);
        assertThat(plan).isEqualTo(new ReconcilePlan(0, List.of("a")));
    }

    @Test
    void theOldReplicaServesUntilTheNewOneIsReady() {
        List<ReplicaView> rolling = List.of(view("old", OLD, State.READY), view("new", NEW, State.STARTING));
        assertThat(ReconcilePlanner.plan(1, NEW, rolling, true)).isEqualTo(new ReconcilePlan(0, List.of()));
        List<ReplicaView> rolled = List.of(view("old", OLD, State.READY), view("new", NEW, State.READY));
        assertThat(ReconcilePlanner.plan(1, NEW, rolled, true)).isEqualTo(new ReconcilePlan(0, List.of("old")));
    }

    @Test
    void theOldReplicaStaysWhenTheNewOneFails() {
        List<ReplicaView> failed = List.of(view("old", OLD, State.READY), view("new", NEW, State.FAILED));
        assertThat(ReconcilePlanner.plan(1, NEW, failed, false)).isEqualTo(new ReconcilePlan(0, List.of("new")));
    }

    @Test
    void whatIsOutdatedBeforeItEverServedIsNotWaitedFor() {
        List<ReplicaView> overtaken = List.of(view("old", OLD, State.STARTING));
        assertThat(ReconcilePlanner.plan(1, NEW, overtaken, true)).isEqualTo(new ReconcilePlan(1, List.of("old")));
    }

    @Test
    void takesAwayTheOnesThatAreNotReadyFirst() {
        List<ReplicaView> three =
                List.of(view("a", NEW, State.READY), view("b", NEW, State.STARTING), view("c", NEW, State.READY));
        assertThat(ReconcilePlanner.plan(2, NEW, three, true)).isEqualTo(new ReconcilePlan(0, List.of("b")));
    }

    @Test
    void nothingDesiredMeansNothingRuns() {
        List<ReplicaView> all = List.of(view("a", OLD, State.READY), view("b", NEW, State.READY));
        assertThat(ReconcilePlanner.plan(0, NEW, all, true).toStop()).containsExactlyInAnyOrder("a", "b");
    }

    /** From any state, with replicas that become ready sooner or later, the plan comes to rest at exactly what is desired. */
    @RepeatedTest(200)
    void convergesFromAnywhereAndNeverLeavesAServedWorkloadUnserved(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int desired = random.nextInt(4);
        List<ReplicaView> running = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            running.add(view("r" + i, random.nextBoolean() ? OLD : NEW, STATES.get(random.nextInt(STATES.size()))));
        }
        int next = 100;
        for (int round = 0; round < 50; round++) {
            boolean served = running.stream().anyMatch(r -> r.state() == State.READY);
            ReconcilePlan plan = ReconcilePlanner.plan(desired, NEW, running, true);
            running.removeIf(replica -> plan.toStop().contains(replica.id()));
            if (served && desired > 0) {
                assertThat(running).anyMatch(replica -> replica.state() == State.READY);
            }
            for (int i = 0; i < plan.toStart(); i++) {
                running.add(view("r" + next++, NEW, State.STARTING));
            }
            // Some become ready, some fail in the first rounds, none later.
            for (int i = 0; i < running.size(); i++) {
                ReplicaView replica = running.get(i);
                if (replica.state() == State.STARTING && random.nextBoolean()) {
                    State state = round < 20 && random.nextInt(3) == 0 ? State.FAILED : State.READY;
                    running.set(i, view(replica.id(), replica.version(), state));
                }
            }
        }
        assertThat(running).hasSize(desired).allMatch(r -> r.version().equals(NEW) && r.state() == State.READY);
        assertThat(ReconcilePlanner.plan(desired, NEW, running, true)).isEqualTo(new ReconcilePlan(0, List.of()));
    }

    private static ReplicaView view(String id, ReplicaVersion version, State state) {
        return new ReplicaView(id, version, state);
    }
}
