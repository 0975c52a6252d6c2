package dev.inferencekey.server.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.background.FakeDriver.FakeReplica;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import dev.inferencekey.server.store.memory.InMemoryStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random histories: whatever happened, what runs ends up as declared, and a change that succeeds never leaves a gap. */
@Timeout(120)
class ReconcilerConvergenceTest {
    private static final List<String> WORKLOADS = List.of("wl_1", "wl_2", "wl_3");
    private static final int EVENTS = 400;

    private final ManualClock clock = new ManualClock();
    private final InMemoryStore store = new InMemoryStore();
    private final FakeDriver driver = new FakeDriver();
    private final RecordingTable table = new RecordingTable();

    static List<Long> seeds() {
        return new Random(20260615).longs(25).boxed().toList();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void alwaysEndsUpAsDeclared(long seed) {
        Random dice = new Random(seed);
        Reconciler reconciler = reconciler(seed);
        Fixtures.project(store);
        for (int i = 0; i < EVENTS; i++) {
            happen(dice);
            if (dice.nextInt(3) > 0) {
                reconciler.changed();
                reconciler.look();
                assertThat(targetsThatWereStopped()).isEmpty();
            }
        }

        settle(reconciler);

        List<Workload> declared = store.read(session -> session.workloads().all());
        for (Workload workload : declared) {
            List<FakeReplica> running = runningFor(workload);
            assertThat(running).hasSize(wanted(workload)).allMatch(FakeReplica::isReadyNow);
            assertThat(running)
                    .extracting(replica -> replica.spec().modelName())
                    .containsOnly(workload.modelName());
            assertThat(table.targets(workload.id()))
                    .containsExactlyInAnyOrderElementsOf(
                            running.stream().map(FakeReplica::target).toList());
            assertThat(reconciler.status(workload.id()).phase()).isEqualTo(ReadinessPhase.READY);
        }
        assertThat(driver.running())
                .as("nothing runs for what is not declared")
                .hasSize(declared.stream()
                        .mapToInt(ReconcilerConvergenceTest::wanted)
                        .sum());
        reconciler.close();
        assertThat(driver.running()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aChangeThatSucceedsNeverLeavesAGap(long seed) {
        Random dice = new Random(seed);
        Reconciler reconciler = reconciler(seed);
        Fixtures.project(store);
        store.write(session -> session.workloads().insert(workload("wl_1", 1, 2)));
        settle(reconciler);

        for (int i = 0; i < EVENTS; i++) {
            switch (dice.nextInt(6)) {
                case 0 -> change("wl_1", 1, 1 + dice.nextInt(3));
                case 1 -> change("wl_1", 0, 1 + dice.nextInt(3));
                case 2 -> clock.advance(Duration.ofMillis(dice.nextInt(40_000)));
                case 3 ->
                    // Only what never served may fail: this is about successful changes and failed attempts at one.
                    starting().stream().findAny().ifPresent(replica -> replica.fail("bad version", dice.nextBoolean()));
                default -> starting().stream().findAny().ifPresent(FakeReplica::ready);
            }
            reconciler.changed();
            reconciler.look();

            assertThat(table.targets("wl_1")).as("after event %d", i).isNotEmpty();
            assertThat(targetsThatWereStopped()).isEmpty();
        }
        reconciler.close();
    }

    private Reconciler reconciler(long seed) {
        return new Reconciler(
                ReconcilerConfig.DEFAULT,
                store,
                Fixtures.CIPHER,
                Fixtures.ids(),
                table,
                List.of(driver),
                clock,
                new Random(seed));
    }

    private void happen(Random dice) {
        String id = WORKLOADS.get(dice.nextInt(WORKLOADS.size()));
        List<FakeReplica> alive = driver.running().stream()
                .filter(replica -> !(replica.status() instanceof ReplicaStatus.Failed))
                .toList();
        switch (dice.nextInt(8)) {
            case 0 -> store.write(session -> session.workloads().insert(workload(id, 1, dice.nextInt(3) + 1)));
            case 1 -> change(id, 1, dice.nextInt(3) + 1);
            case 2 -> change(id, 0, dice.nextInt(3) + 1);
            case 3 -> {
                if (dice.nextInt(4) == 0) {
                    store.write(session -> session.workloads().delete(id));
                }
            }
            case 4 -> clock.advance(Duration.ofMillis(dice.nextInt(100_000)));
            case 5 -> pick(alive, dice).fail("fell over", dice.nextBoolean());
            default -> pick(alive, dice).ready();
        }
    }

    private FakeReplica pick(List<FakeReplica> alive, Random dice) {
        // A replica that nobody knows stands for "none": what happens to it has no effect.
        return alive.isEmpty() ? FakeDriver.unknownReplica() : alive.get(dice.nextInt(alive.size()));
    }

    private void change(String id, int revisions, int replicas) {
        store.write(session -> session.workloads()
                .find(id)
                .map(workload -> session.workloads().update(workload(id, workload.revision() + revisions, replicas)))
                .orElse(false));
    }

    private static Workload workload(String id, long revision, int replicas) {
        Workload plain = Fixtures.workload(id, "simulator", revision, null, "fixed", Map.of("replicas", replicas));
        return Fixtures.withModel(plain, id + " version " + revision);
    }

    private static int wanted(Workload workload) {
        Map<String, ?> config = workload.executionPolicyConfig();
        return config == null || !(config.get("replicas") instanceof Integer replicas) ? 1 : replicas;
    }

    private List<FakeReplica> runningFor(Workload workload) {
        return driver.running().stream()
                .filter(replica -> replica.spec().workload().equals("acme/" + workload.slug()))
                .toList();
    }

    private List<FakeReplica> starting() {
        return driver.running().stream()
                .filter(replica -> replica.status() instanceof ReplicaStatus.Starting)
                .toList();
    }

    private List<ReplicaTarget> targetsThatWereStopped() {
        var stopped = driver.all().stream()
                .filter(FakeReplica::isStopped)
                .map(FakeReplica::id)
                .collect(Collectors.toSet());
        List<Workload> declared = store.read(session -> session.workloads().all());
        return declared.stream()
                .flatMap(workload -> table.targets(workload.id()).stream())
                .filter(target -> stopped.contains(target.replicaId()))
                .toList();
    }

    /** From now on nothing fails: every start succeeds, and time goes on until there is nothing left to do. */
    private void settle(Reconciler reconciler) {
        Instant calm = clock.instant().plus(Duration.ofMinutes(10));
        while (clock.instant().isBefore(calm)) {
            starting().forEach(FakeReplica::ready);
            reconciler.changed();
            Instant next = reconciler.look();
            clock.moveTo(next.isBefore(calm) ? next.plusMillis(1) : calm);
        }
        await().until(() -> {
            reconciler.look();
            return driver.running().stream().allMatch(FakeReplica::isReadyNow)
                    && driver.running().size()
                            == store.read(session -> session.workloads().all()).stream()
                                    .mapToInt(ReconcilerConvergenceTest::wanted)
                                    .sum();
        });
    }
}
