package dev.inferencekey.server.domain.replica;

import static dev.inferencekey.server.domain.replica.ReplicaPhase.FAILED;
import static dev.inferencekey.server.domain.replica.ReplicaPhase.READY;
import static dev.inferencekey.server.domain.replica.ReplicaPhase.STARTING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.replica.PlacedReplica.Standing;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

final class ReplicaPlannerTest {
    private static final Instant THEN = Instant.parse("2026-06-15T09:00:00Z");
    private static final ReplicaVersion OLD = new ReplicaVersion(1, null);
    private static final ReplicaVersion NEW = new ReplicaVersion(2, null);
    private static final EngineNode A = node("a", false);
    private static final EngineNode B = node("b", false);
    private static final EngineNode B_DRAINING = node("b", true);

    private static EngineNode node(String id, boolean draining) {
        return new EngineNode(id, "node-" + id, true, true, draining);
    }

    private static PlacedReplica replica(String id, String node, ReplicaVersion version, ReplicaPhase phase) {
        return replica(id, node, version, phase, false);
    }

    private static PlacedReplica replica(
            String id, String node, ReplicaVersion version, ReplicaPhase phase, boolean external) {
        ReplicaAddress address = phase == READY
                ? new ReplicaAddress(URI.create("http://127.0.0.1:1"), "m", null, external, true, null)
                : null;
        return new PlacedReplica(
                id,
                "wl_1",
                node,
                version,
                true,
                false,
                THEN,
                new Standing(phase, "", "", true, phase == READY ? THEN : null, address));
    }

    private static ReplicaPlan plan(int desired, List<PlacedReplica> replicas, EngineNode... nodes) {
        return plan(desired, replicas, Map.of(), true, nodes);
    }

    private static ReplicaPlan plan(
            int desired,
            List<PlacedReplica> replicas,
            Map<String, Integer> load,
            boolean mayStart,
            EngineNode... nodes) {
        List<EngineNode> able = List.of(nodes);
        Set<String> live = able.stream().map(EngineNode::id).collect(Collectors.toSet());
        return ReplicaPlanner.plan(desired, NEW, replicas, able, live, load, mayStart);
    }

    private static ReplicaPlan plan(List<String> startOn, String... stop) {
        return new ReplicaPlan(startOn, List.of(stop), List.of(), Map.of());
    }

    @Test
    void startsWhatIsMissing() {
        assertThat(plan(2, List.of(), A)).isEqualTo(plan(List.of("a", "a")));
    }

    @Test
    void startsNothingWhileAFailureIsBeingSpacedOut() {
        assertThat(plan(1, List.of(replica("r", "a", NEW, FAILED)), Map.of(), false, A))
                .isEqualTo(plan(List.of(), "r"));
    }

    @Test
    void theOldReplicaServesUntilTheNewOneIsReady() {
        List<PlacedReplica> rolling = List.of(replica("old", "a", OLD, READY), replica("new", "a", NEW, STARTING));
        assertThat(plan(1, rolling, A)).isEqualTo(plan(List.of()));
        List<PlacedReplica> rolled = List.of(replica("old", "a", OLD, READY), replica("new", "a", NEW, READY));
        assertThat(plan(1, rolled, A)).isEqualTo(plan(List.of(), "old"));
    }

    @Test
    void theOldReplicaStaysWhenTheNewOneFails() {
        List<PlacedReplica> failed = List.of(replica("old", "a", OLD, READY), replica("new", "a", NEW, FAILED));
        assertThat(plan(1, failed, Map.of(), false, A)).isEqualTo(plan(List.of(), "new"));
    }

    @Test
    void whatIsOutdatedBeforeItEverServedIsNotWaitedFor() {
        assertThat(plan(1, List.of(replica("old", "a", OLD, STARTING)), A)).isEqualTo(plan(List.of("a"), "old"));
    }

    @Test
    void takesAwayTheOnesThatAreNotReadyFirst() {
        List<PlacedReplica> three =
                List.of(replica("x", "a", NEW, READY), replica("y", "a", NEW, STARTING), replica("z", "a", NEW, READY));
        assertThat(plan(2, three, A)).isEqualTo(plan(List.of(), "y"));
    }

    @Test
    void nothingDesiredMeansNothingRuns() {
        List<PlacedReplica> all = List.of(replica("x", "a", OLD, READY), replica("y", "b", NEW, READY));
        assertThat(plan(0, all, A, B).stop()).containsExactlyInAnyOrder("x", "y");
        assertThat(ReplicaPlanner.none(all, Set.of("a", "b")).stop()).containsExactlyInAnyOrder("x", "y");
    }

    @Test
    void whatIsOnItsWayOutIsLeftToItsNodeAndStandsInForNothing() {
        assertThat(plan(1, List.of(replica("x", "a", NEW, READY).unwanted()), A))
                .isEqualTo(plan(List.of("a")));
    }

    @Test
    void spreadsReplicasOverNodesAndThenByLoad() {
        assertThat(plan(3, List.of(), A, B).startOn()).containsExactly("a", "b", "a");
        assertThat(plan(2, List.of(replica("x", "a", NEW, READY)), A, B).startOn())
                .containsExactly("b");
        assertThat(plan(1, List.of(), Map.of("a", 3, "b", 2), true, A, B).startOn())
                .containsExactly("b");
    }

    @Test
    void whatALostNodeRanIsForgottenAndStartedElsewhere() {
        ReplicaPlan plan = plan(1, List.of(replica("x", "gone", NEW, READY)), A);
        assertThat(plan.forget()).containsExactly("x");
        assertThat(plan.startOn()).containsExactly("a");
        assertThat(plan.stop()).isEmpty();
    }

    @Test
    void anExternalReplicaOfALostNodeServesOnAndIsLookedAfterElsewhere() {
        ReplicaPlan plan = plan(1, List.of(replica("x", "gone", NEW, READY, true)), A);
        assertThat(plan).isEqualTo(new ReplicaPlan(List.of(), List.of(), List.of(), Map.of("x", "a")));
    }

    @Test
    void anExternalReplicaOfALostNodeIsForgottenIfItIsNotWantedOrNobodyCanTakeIt() {
        PlacedReplica external = replica("x", "gone", NEW, READY, true);
        assertThat(plan(1, List.of(external.unwanted()), A).forget()).containsExactly("x");
        assertThat(plan(1, List.of(external)).forget()).containsExactly("x");
    }

    @Test
    void aNodeThatIsDrainedKeepsItsReplicasUntilOthersAreReady() {
        PlacedReplica there = replica("x", "b", NEW, READY);
        assertThat(plan(1, List.of(there), A, B_DRAINING)).isEqualTo(plan(List.of("a")));
        assertThat(plan(1, List.of(there, replica("y", "a", NEW, STARTING)), A, B_DRAINING))
                .isEqualTo(plan(List.of()));
        assertThat(plan(1, List.of(there, replica("y", "a", NEW, READY)), A, B_DRAINING))
                .isEqualTo(plan(List.of(), "x"));
    }

    @Test
    void whereNoOtherNodeMayRunItADrainedOneGoesOn() {
        assertThat(plan(1, List.of(replica("x", "b", NEW, READY)), B_DRAINING)).isEqualTo(plan(List.of()));
        assertThat(plan(1, List.of(), B_DRAINING)).isEqualTo(plan(List.of("b")));
    }

    @Test
    void aReplicaOnANodeThatMayNotRunItAnyMoreIsReplaced() {
        List<PlacedReplica> there = List.of(replica("x", "b", NEW, READY));
        ReplicaPlan plan = ReplicaPlanner.plan(1, NEW, there, List.of(A), Set.of("a", "b"), Map.of(), true);
        assertThat(plan).isEqualTo(plan(List.of("a")));
    }

    /**
     * From any state, with nodes that come, go and drain, and replicas that become ready sooner or later, the plan comes to rest at exactly
     * what is desired; a workload that is served is never left unserved but by the loss of a node; and no node runs what it was not told to.
     */
    @RepeatedTest(300)
    void convergesFromAnywhere(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int desired = random.nextInt(4);
        List<PlacedReplica> all = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            PlacedReplica any = replica(
                    "r" + i,
                    random.nextBoolean() ? "a" : "c",
                    random.nextBoolean() ? OLD : NEW,
                    List.of(ReplicaPhase.values()).get(random.nextInt(4)),
                    random.nextInt(4) == 0);
            all.add(random.nextInt(5) == 0 ? any.unwanted() : any);
        }
        int next = 100;
        Set<String> live = new HashSet<>(Set.of("a", "b", "c"));
        List<EngineNode> nodes = List.of(A, B, node("c", false));
        for (int round = 0; round < 60; round++) {
            if (round < 20 && random.nextInt(4) == 0) {
                String flips = List.of("b", "c").get(random.nextInt(2));
                if (!live.remove(flips)) {
                    live.add(flips);
                }
            }
            int drained = round < 20 ? random.nextInt(4) : 3;
            List<EngineNode> able = new ArrayList<>();
            for (int i = 0; i < nodes.size(); i++) {
                if (live.contains(nodes.get(i).id())) {
                    able.add(node(nodes.get(i).id(), i == drained));
                }
            }
            boolean served = all.stream().anyMatch(r -> live.contains(r.nodeId()) && r.wanted() && r.ready());
            ReplicaPlan plan = ReplicaPlanner.plan(desired, NEW, List.copyOf(all), able, live, Map.of(), true);
            assertThat(live).containsAll(plan.startOn()).containsAll(plan.move().values());
            all.removeIf(r -> plan.forget().contains(r.id()));
            all.replaceAll(r -> plan.stop().contains(r.id()) ? r.unwanted() : r);
            all.replaceAll(
                    r -> plan.move().containsKey(r.id()) ? r.on(plan.move().get(r.id())) : r);
            if (served && desired > 0) {
                assertThat(all).anyMatch(r -> r.wanted() && r.ready());
            }
            for (String node : plan.startOn()) {
                all.add(replica("r" + next++, node, NEW, STARTING));
            }
            // Nodes end what is not wanted. Some replicas become ready, some fail in the first rounds, none later.
            all.removeIf(r -> !r.wanted() && live.contains(r.nodeId()) && random.nextBoolean());
            for (int i = 0; i < all.size(); i++) {
                PlacedReplica r = all.get(i);
                boolean settles = r.phase() == STARTING || r.phase() == ReplicaPhase.UNABLE;
                if (settles && r.wanted() && live.contains(r.nodeId()) && random.nextBoolean()) {
                    boolean fails = round < 20 && random.nextInt(3) == 0;
                    all.set(i, replica(r.id(), r.nodeId(), r.version(), fails ? FAILED : READY));
                }
            }
        }
        all.removeIf(r -> !r.wanted());
        assertThat(all)
                .hasSize(desired)
                .allMatch(r -> r.version().equals(NEW) && r.ready() && live.contains(r.nodeId()));
    }
}
