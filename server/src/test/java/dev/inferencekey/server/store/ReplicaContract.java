package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.replica.Goal;
import dev.inferencekey.server.domain.replica.PlacedReplica;
import dev.inferencekey.server.domain.replica.PlacedReplica.Standing;
import dev.inferencekey.server.domain.replica.ReplicaAddress;
import dev.inferencekey.server.domain.replica.ReplicaPhase;
import dev.inferencekey.server.domain.replica.ReplicaVersion;
import dev.inferencekey.server.domain.replica.Restarts;
import dev.inferencekey.server.domain.replica.WorkloadRun;
import dev.inferencekey.server.ports.store.ReplicaStore;
import dev.inferencekey.server.ports.store.Store;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What there is of each workload's replicas, and what was decided on them. */
interface ReplicaContract {
    ReplicaVersion VERSION = new ReplicaVersion(3, NOW);
    Standing READY = new Standing(
            ReplicaPhase.READY,
            "",
            "a note",
            true,
            NOW.plusSeconds(1),
            new ReplicaAddress(URI.create("http://127.0.0.1:4711"), "served", "AQIA", false, true, "node-a:9443"));

    Store store();

    private void change(Consumer<ReplicaStore> change) {
        store().<Boolean>append(s -> {
            change.accept(s.replicas());
            return true;
        });
    }

    private List<PlacedReplica> all() {
        return store().read(s -> s.replicas().all());
    }

    private static PlacedReplica fresh(String id, String workloadId) {
        return PlacedReplica.fresh(id, workloadId, "node_a", VERSION, NOW);
    }

    @Test
    default void keepsAReplicaFromItsPlacementToItsEnd() {
        PlacedReplica placed = fresh("rep_1", "wl_1");
        change(r -> r.insert(placed));
        assertThat(all()).containsExactly(placed);

        change(r -> assertThat(r.report("rep_1", "node_a", READY)).isTrue());
        PlacedReplica ready = new PlacedReplica("rep_1", "wl_1", "node_a", VERSION, true, false, NOW, READY);
        assertThat(all()).containsExactly(ready);

        change(r -> r.note("rep_1"));
        assertThat(all()).containsExactly(ready.withNoted());

        change(r -> r.move("rep_1", "node_b"));
        change(r -> r.unwant("rep_1"));
        assertThat(all()).containsExactly(ready.withNoted().on("node_b").unwanted());

        change(r -> r.remove("rep_1"));
        assertThat(all()).isEmpty();
    }

    @Test
    default void aNodeTellsNothingOfAReplicaThatIsNotItsOwnAnyMore() {
        PlacedReplica placed = fresh("rep_1", "wl_1");
        change(r -> r.insert(placed));
        change(r -> assertThat(r.report("rep_1", "node_b", READY)).isFalse());
        change(r -> assertThat(r.report("rep_9", "node_a", READY)).isFalse());
        assertThat(all()).containsExactly(placed);
    }

    @Test
    default void whatAReplicaStandsForGoesWithItsReadiness() {
        change(r -> r.insert(fresh("rep_1", "wl_1")));
        change(r -> r.report("rep_1", "node_a", READY));
        Standing failed = new Standing(ReplicaPhase.FAILED, "", "exit code 1", false, null, null);
        change(r -> r.report("rep_1", "node_a", failed));
        assertThat(all())
                .singleElement()
                .satisfies(replica -> assertThat(replica.standing()).isEqualTo(failed));
    }

    @Test
    default void anExternalReplicaWithoutASecretIsKeptAsItIs() {
        Standing external = new Standing(
                ReplicaPhase.READY,
                "",
                "",
                true,
                NOW,
                new ReplicaAddress(URI.create("https://api.example.com/v1"), "m", null, true, false, null));
        change(r -> r.insert(fresh("rep_1", "wl_1")));
        change(r -> r.report("rep_1", "node_a", external));
        assertThat(all()).singleElement().satisfies(replica -> {
            assertThat(replica.standing()).isEqualTo(external);
            assertThat(replica.external()).isTrue();
        });
    }

    @Test
    default void listsReplicasByAgeAndByWorkload() {
        PlacedReplica young = PlacedReplica.fresh("rep_1", "wl_1", "node_a", VERSION, NOW.plusSeconds(1));
        PlacedReplica old = fresh("rep_2", "wl_1");
        PlacedReplica other = fresh("rep_3", "wl_2");
        change(r -> List.of(young, old, other).forEach(r::insert));
        assertThat(all()).containsExactly(old, other, young);
        assertThat(store().<List<PlacedReplica>>read(s -> s.replicas().ofWorkload("wl_1")))
                .containsExactly(old, young);
    }

    @Test
    default void keepsEveryKindOfDecision() {
        Restarts restarts = new Restarts(3, true, NOW.plusSeconds(300), "exit code 1");
        List<WorkloadRun> runs = List.of(
                WorkloadRun.begun("wl_0", NOW),
                new WorkloadRun("wl_1", new Goal.Replicas(2, true), VERSION, restarts, NOW, true),
                new WorkloadRun("wl_2", new Goal.Closed(NOW), new ReplicaVersion(1, null), Restarts.NONE, NOW, false),
                new WorkloadRun("wl_3", new Goal.Closed(null), VERSION, Restarts.NONE, NOW, false),
                new WorkloadRun("wl_4", new Goal.Unplaced("no node"), VERSION, Restarts.NONE, NOW, false),
                new WorkloadRun("wl_5", new Goal.Impossible("no such backend"), null, Restarts.NONE, NOW, false));
        change(r -> runs.forEach(r::putRun));
        assertThat(store().<List<WorkloadRun>>read(s -> s.replicas().runs())).isEqualTo(runs);
        assertThat(store().<Optional<WorkloadRun>>read(s -> s.replicas().run("wl_1")))
                .contains(runs.get(1));
    }

    @Test
    default void theLastDecisionCounts() {
        change(r -> r.putRun(new WorkloadRun("wl_1", new Goal.Replicas(2, true), VERSION, Restarts.NONE, NOW, true)));
        WorkloadRun last = new WorkloadRun("wl_1", new Goal.Unplaced("gone"), null, Restarts.NONE, NOW, false);
        change(r -> r.putRun(last));
        assertThat(store().<List<WorkloadRun>>read(s -> s.replicas().runs())).containsExactly(last);

        change(r -> r.removeRun("wl_1"));
        assertThat(store().<Optional<WorkloadRun>>read(s -> s.replicas().run("wl_1")))
                .isEmpty();
    }

    @Test
    default void wordOfDemandIsKeptOnceUntilItIsHeard() {
        change(r -> List.of("wl_2", "wl_1", "wl_2").forEach(r::ask));
        assertThat(store().<List<String>>read(s -> s.replicas().asked())).containsExactly("wl_1", "wl_2");
        change(r -> r.heard("wl_2"));
        assertThat(store().<List<String>>read(s -> s.replicas().asked())).containsExactly("wl_1");
    }
}
