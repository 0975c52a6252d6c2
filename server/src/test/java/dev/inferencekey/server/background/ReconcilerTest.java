package dev.inferencekey.server.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.background.FakeDriver.FakeReplica;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.runtime.WorkloadRuntime;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import dev.inferencekey.server.store.memory.InMemoryStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReconcilerTest {
    private static final String ID = "wl_1";

    private final ManualClock clock = new ManualClock();
    private final InMemoryStore store = new InMemoryStore();
    private final FakeDriver driver = new FakeDriver();
    private final RecordingTable table = new RecordingTable();
    private final Reconciler reconciler = new Reconciler(
            ReconcilerConfig.DEFAULT,
            store,
            Fixtures.CIPHER,
            Fixtures.ids(),
            table,
            List.of(driver),
            clock,
            new Random(1));

    @BeforeEach
    void project() {
        Fixtures.project(store);
    }

    @AfterEach
    void close() {
        reconciler.close();
    }

    @Test
    void walksThroughThePhasesOfAStart() {
        List<String> told = new ArrayList<>();
        WorkloadRuntime.Subscription subscription =
                reconciler.subscribe(ID, status -> told.add(status.phase().wire() + ": " + status.message()));
        declare(Fixtures.workload(ID));
        driver.latest().load("loading tiny");
        reconciler.look();
        driver.latest().ready();
        reconciler.look();
        subscription.close();
        driver.latest().fail("gone", true);
        reconciler.look();

        assertThat(told)
                .containsExactly(
                        "scheduling: waiting to be looked at",
                        "provisioning: starting",
                        "bootstrapping: loading tiny",
                        "ready: ready");
        assertThat(table.published())
                .startsWith(
                        new Backends.Starting("starting"),
                        new Backends.Starting("loading tiny"),
                        new Backends.Ready(List.of(driver.all().getFirst().target())));
    }

    @Test
    void tellsNothingTwice() {
        declare(Fixtures.workload(ID));
        driver.latest().ready();
        reconciler.look();
        int published = table.published().size();
        List<WorkloadStatus> told = new ArrayList<>();
        reconciler.subscribe(ID, told::add);

        clock.advance(Duration.ofSeconds(30));
        reconciler.look();
        reconciler.look();

        assertThat(told).hasSize(1);
        assertThat(table.published()).hasSize(published);
    }

    @Test
    void anUnknownWorkloadIsWaitingToBeLookedAt() {
        assertThat(reconciler.status("wl_unknown").phase()).isEqualTo(ReadinessPhase.SCHEDULING);
        assertThat(reconciler.logTail("wl_unknown", 10)).isEmpty();
    }

    @Test
    void aChangedVersionStartsBesideTheOldOneWhichServesUntilTheNewOneIsReady() {
        FakeReplica old = readyWorkload();

        redeclare(Fixtures.workload(ID, "simulator", 2, null, null, null));
        FakeReplica fresh = driver.latest();

        assertThat(fresh).isNotSameAs(old);
        assertThat(table.targets(ID)).containsExactly(old.target());
        assertThat(reconciler.status(ID).phase()).isEqualTo(ReadinessPhase.PROVISIONING);
        assertThat(reconciler.status(ID).readyReplicas()).isEqualTo(1);

        fresh.ready();
        reconciler.look();

        assertThat(table.targets(ID)).containsExactly(fresh.target());
        assertThat(reconciler.status(ID).phase()).isEqualTo(ReadinessPhase.READY);
        assertThat(old.isStopped()).as("still finishes what it began").isFalse();

        clock.advance(ReconcilerConfig.DEFAULT.drainTime());
        reconciler.look();
        await().until(old::isStopped);
        assertThat(fresh.isStopped()).isFalse();
    }

    @Test
    void anOldVersionStaysWhenTheChangedOneFails() {
        FakeReplica old = readyWorkload();
        redeclare(Fixtures.workload(ID, "simulator", 2, null, null, null));

        driver.latest().fail("no such model", false);
        reconciler.look();
        clock.advance(Duration.ofMinutes(1));
        reconciler.look();

        assertThat(table.targets(ID)).containsExactly(old.target());
        assertThat(old.isStopped()).isFalse();
        WorkloadStatus status = reconciler.status(ID);
        assertThat(status.phase()).isEqualTo(ReadinessPhase.ERROR);
        assertThat(status.message()).contains("no such model").contains("goes on serving");
        assertThat(status.readyReplicas()).isEqualTo(1);

        redeclare(Fixtures.workload(ID, "simulator", 3, null, null, null));
        driver.latest().ready();
        reconciler.look();
        assertThat(table.targets(ID)).containsExactly(driver.latest().target());
    }

    @Test
    void aFailedReplicaIsStartedAnewLaterAndLaterUpToAMinute() {
        declare(Fixtures.workload(ID));
        List<Duration> pauses = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            Instant failedAt = clock.instant();
            int starts = driver.all().size();
            driver.latest().fail("out of memory", true);
            Instant next = reconciler.look();
            while (driver.all().size() == starts) {
                clock.moveTo(next);
                next = reconciler.look();
            }
            pauses.add(Duration.between(failedAt, clock.instant()));
        }

        double expected = 1;
        for (Duration pause : pauses) {
            assertThat(pause.toMillis() / 1_000.0).isBetween(0.79 * expected, 1.21 * expected);
            expected = Math.min(60, 2 * expected);
        }
        assertThat(driver.running()).hasSize(1);
    }

    @Test
    void oneHitchIsNoErrorButTheThirdInARowIs() {
        declare(Fixtures.workload(ID));

        failAndWait("hitch");
        assertThat(reconciler.status(ID).phase()).isEqualTo(ReadinessPhase.PROVISIONING);
        failAndWait("hitch");
        failAndWait("hitch");

        assertThat(reconciler.status(ID).phase()).isEqualTo(ReadinessPhase.ERROR);
        assertThat(reconciler.status(ID).message()).isEqualTo("hitch");
        assertThat(table.backends(ID)).isEqualTo(new Backends.Failed("hitch"));
        driver.latest().ready();
        reconciler.look();
        assertThat(reconciler.status(ID).phase()).isEqualTo(ReadinessPhase.READY);
    }

    @Test
    void aLongReadyReplicaThatFailsIsStartedAnewAtOnceAlmost() {
        declare(Fixtures.workload(ID));
        failAndWait("hitch");
        failAndWait("hitch");
        driver.latest().ready();
        reconciler.look();
        clock.advance(Duration.ofMinutes(11));
        reconciler.look();
        Instant before = clock.instant();

        failAndWait("crashed");

        assertThat(Duration.between(before, clock.instant())).isLessThan(Duration.ofMillis(1_300));
        assertThat(reconciler.status(ID).phase()).isEqualTo(ReadinessPhase.PROVISIONING);
    }

    @Test
    void whatCanNotWorkWaitsForAnotherDeclaration() {
        declare(Fixtures.workload(ID));
        driver.latest().fail("no such file", false);
        reconciler.look();
        clock.advance(Duration.ofMinutes(4));
        reconciler.look();

        assertThat(driver.all()).hasSize(1);
        assertThat(reconciler.status(ID).phase()).isEqualTo(ReadinessPhase.ERROR);
        assertThat(reconciler.logTail(ID, 10))
                .containsExactly("line of " + driver.latest().id());

        redeclare(Fixtures.workload(ID, "simulator", 2, null, null, null));
        assertThat(driver.all()).hasSize(2);
    }

    @Test
    void whatCouldNotWorkIsTriedAgainAfterAWhile() {
        declare(Fixtures.workload(ID));
        driver.latest().fail("no such file", false);
        reconciler.look();
        clock.advance(Duration.ofMinutes(5));

        reconciler.look();

        assertThat(driver.all()).hasSize(2);
    }

    @Test
    void aDeletedWorkloadStopsAtOnceAndSaysSo() {
        FakeReplica replica = readyWorkload();
        List<WorkloadStatus> told = new ArrayList<>();
        reconciler.subscribe(ID, told::add);

        store.write(session -> session.workloads().delete(ID));
        look();

        await().until(replica::isStopped);
        assertThat(told.getLast().phase()).isEqualTo(ReadinessPhase.ERROR);
        assertThat(told.getLast().message()).contains("deleted");
        assertThat(reconciler.logTail(ID, 10)).isEmpty();
    }

    @Test
    void fewerReplicasAreRetiredAndMoreAreStarted() {
        declare(Fixtures.workload(ID, "simulator", 1, null, "fixed", Map.of("replicas", 3)));
        driver.running().forEach(FakeReplica::ready);
        reconciler.look();
        assertThat(table.targets(ID)).hasSize(3);

        redeclare(Fixtures.workload(ID, "simulator", 1, null, "fixed", Map.of("replicas", 1)));
        assertThat(table.targets(ID)).hasSize(1);
        clock.advance(Duration.ofMinutes(1));
        reconciler.look();
        await().until(() -> driver.running().size() == 1);

        redeclare(Fixtures.workload(ID, "simulator", 1, null, "fixed", Map.of("replicas", 2)));
        assertThat(driver.running()).hasSize(2);
        assertThat(reconciler.status(ID).message()).isEqualTo("1 of 2 replicas are ready");
    }

    @Test
    void outsideItsWindowNothingRunsAndTheOpeningIsTold() {
        clock.moveTo(Instant.parse("2026-06-15T09:30:00Z"));
        declare(Fixtures.workload(ID, "simulator", 1, null, "scheduled", Map.of("window", "Mon-Fri 10:00-11:00 UTC")));
        Instant opening = Instant.parse("2026-06-15T10:00:00Z");
        assertThat(driver.all()).isEmpty();
        assertThat(table.backends(ID)).isEqualTo(new Backends.Closed(opening));

        clock.moveTo(opening);
        Instant next = reconciler.look();
        driver.latest().ready();
        reconciler.look();
        assertThat(table.targets(ID)).hasSize(1);
        assertThat(next).isBeforeOrEqualTo(Instant.parse("2026-06-15T11:00:00Z"));

        clock.moveTo(Instant.parse("2026-06-15T11:00:00Z"));
        reconciler.look();
        assertThat(table.backends(ID)).isEqualTo(new Backends.Closed(Instant.parse("2026-06-16T10:00:00Z")));
    }

    @Test
    void looksAgainByItselfWhenTheWindowOpens() {
        clock.moveTo(Instant.parse("2026-06-15T09:59:58Z"));
        declare(Fixtures.workload(ID, "simulator", 1, null, "scheduled", Map.of("window", "Mon-Fri 10:00-11:00 UTC")));

        assertThat(reconciler.look()).isEqualTo(Instant.parse("2026-06-15T10:00:00Z"));
    }

    @Test
    void scalesToZeroWhenIdleAndWakesForAWaitingRequest() {
        declare(scalingToZero());
        driver.latest().ready();
        reconciler.look();
        FakeReplica first = driver.latest();

        clock.advance(Duration.ofMinutes(9));
        reconciler.requestEnded(ID, clock.instant());
        clock.advance(Duration.ofMinutes(9));
        reconciler.look();
        assertThat(table.targets(ID)).as("used nine minutes ago").hasSize(1);

        clock.advance(Duration.ofMinutes(1));
        reconciler.look();
        assertThat(table.backends(ID)).isInstanceOf(Backends.Starting.class);
        assertThat(reconciler.status(ID).phase()).isEqualTo(ReadinessPhase.READY);
        assertThat(reconciler.status(ID).message()).contains("scaled to zero");
        clock.advance(Duration.ofMinutes(1));
        reconciler.look();
        await().until(first::isStopped);

        reconciler.requestWaits(ID);
        reconciler.look();
        assertThat(driver.running()).hasSize(1);
        assertThat(reconciler.status(ID).phase()).isEqualTo(ReadinessPhase.PROVISIONING);
    }

    @Test
    void anIdleWorkloadOfEarlierIsNotStartedWithThePlatform() {
        clock.advance(Duration.ofHours(1));

        declare(scalingToZero());

        assertThat(driver.all()).isEmpty();
        assertThat(table.backends(ID)).isInstanceOf(Backends.Starting.class);
    }

    @Test
    void cloudWorkersAreAnErrorWithoutAProvider() {
        declare(Fixtures.workload(
                ID,
                "simulator",
                1,
                null,
                "autoscaling",
                Map.of(
                        "max_hourly_cost_usd",
                        5,
                        "workers",
                        Map.of("source", "cloud", "cloud_pool", Map.of("gpu_pool", List.of("A100"))))));

        assertThat(driver.all()).isEmpty();
        assertThat(reconciler.status(ID).phase()).isEqualTo(ReadinessPhase.ERROR);
        assertThat(reconciler.status(ID).message()).isEqualTo("no cloud provider is configured on this server");
        assertThat(table.backends(ID)).isInstanceOf(Backends.Failed.class);
    }

    @Test
    void aPinToAnotherWorkerWaitsForIt() {
        declare(Fixtures.pinned(Fixtures.workload(ID), "wrk_other"));

        assertThat(driver.all()).isEmpty();
        assertThat(reconciler.status(ID).phase()).isEqualTo(ReadinessPhase.SCHEDULING);
        assertThat(reconciler.status(ID).message()).contains("wrk_other").contains("not registered");

        redeclare(Fixtures.pinned(Fixtures.workload(ID), "wrk_local"));
        assertThat(driver.running()).hasSize(1);
    }

    @Test
    void aBackendThatNothingRunsIsAnError() {
        declare(Fixtures.workload(ID, "no-such", 1, null, null, null));

        assertThat(reconciler.status(ID).phase()).isEqualTo(ReadinessPhase.ERROR);
        assertThat(reconciler.status(ID).message()).contains("no-such");
    }

    @Test
    void aMissingUpstreamSecretIsNamedAndItsArrivalStartsTheWorkload() {
        declare(Fixtures.workload(ID, "external", 1, config("base_url", "http://x", "secret_ref", "main"), null, null));
        assertThat(driver.all()).isEmpty();
        assertThat(reconciler.status(ID).phase()).isEqualTo(ReadinessPhase.ERROR);
        assertThat(reconciler.status(ID).message()).contains("`main`");

        putSecret("first");

        assertThat(driver.latest().spec().upstreamSecret()).isEqualTo("first");
        driver.latest().ready();
        reconciler.look();
        assertThat(reconciler.status(ID).phase()).isEqualTo(ReadinessPhase.READY);

        clock.advance(Duration.ofSeconds(1));
        putSecret("second");
        assertThat(driver.latest().spec().upstreamSecret()).isEqualTo("second");
        assertThat(table.targets(ID)).as("the old one serves on").hasSize(1);
    }

    @Test
    void aSecretOfAnotherMasterKeyIsAClearError() {
        store.write(session -> {
            session.upstreamSecrets().put("proj_1", "main", new byte[] {1}, clock.instant());
            return true;
        });
        declare(Fixtures.workload(ID, "external", 1, config("base_url", "http://x", "secret_ref", "main"), null, null));

        assertThat(driver.all()).isEmpty();
        assertThat(reconciler.status(ID).phase()).isEqualTo(ReadinessPhase.ERROR);
        assertThat(reconciler.status(ID).message()).contains("`main`").contains("master key");
    }

    @Test
    void aDriverThatThrowsIsAFailureLikeAnother() {
        driver.breakDown();

        declare(Fixtures.workload(ID));

        assertThat(reconciler.status(ID).message()).contains("simulator driver failed");
    }

    @Test
    void keepsWhatRunsWhileTheStoreIsAway() {
        FakeReplica replica = readyWorkload();
        store.failWith("the disk is full");
        reconciler.changed();
        clock.advance(Duration.ofMinutes(1));
        Instant next = reconciler.look();

        assertThat(replica.isStopped()).isFalse();
        assertThat(reconciler.status(ID).phase()).isEqualTo(ReadinessPhase.READY);
        assertThat(next).isEqualTo(clock.instant().plusSeconds(1));

        store.recover();
        store.write(session -> session.workloads().delete(ID));
        clock.moveTo(next);
        reconciler.look();
        await().until(replica::isStopped);
    }

    @Test
    void aSlowStopKeepsNobodyWaiting() throws Exception {
        FakeReplica slow = readyWorkload();
        CountDownLatch mayStop = new CountDownLatch(1);
        slow.onStop(() -> {
            try {
                assertThat(mayStop.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        store.write(session -> session.workloads().delete(ID));
        look();

        declare(Fixtures.workload("wl_2"));
        driver.latest().ready();
        reconciler.look();

        assertThat(reconciler.status("wl_2").phase()).isEqualTo(ReadinessPhase.READY);
        assertThat(slow.isStopped()).isFalse();
        mayStop.countDown();
        await().until(slow::isStopped);
    }

    @Test
    void theElapsedTimeOfAStartBeginsWithTheDeclarationAndAnewWithEachLoss() {
        declare(Fixtures.workload(ID));
        Instant begun = clock.instant();
        clock.advance(Duration.ofSeconds(3));
        driver.latest().ready();
        reconciler.look();
        assertThat(reconciler.status(ID).since()).isEqualTo(begun);

        clock.advance(Duration.ofHours(1));
        driver.latest().fail("crashed", true);
        reconciler.look();
        assertThat(reconciler.status(ID).since()).isEqualTo(clock.instant());
    }

    @Test
    void theLoopActsOnItsOwnAndCloseStopsEverything() {
        reconciler.start();
        store.write(session -> session.workloads().insert(Fixtures.workload(ID)));
        reconciler.changed();
        await().until(() -> driver.running().size() == 1);
        driver.latest().ready();
        await().until(() -> reconciler.status(ID).phase() == ReadinessPhase.READY);

        reconciler.close();

        assertThat(driver.running()).isEmpty();
        reconciler.close();
    }

    @Test
    void twoDriversForOneBackendAreRefused() {
        assertThatThrownBy(() -> new Reconciler(
                        ReconcilerConfig.DEFAULT,
                        store,
                        Fixtures.CIPHER,
                        Fixtures.ids(),
                        table,
                        List.of(driver, new FakeDriver()),
                        clock,
                        new Random(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two drivers");
    }

    private static Workload scalingToZero() {
        return Fixtures.workload(
                ID,
                "simulator",
                1,
                null,
                "autoscaling",
                Map.of("min_workers", 0, "workers", Map.of("source", "private")));
    }

    private static Map<String, @Nullable Object> config(String... pairs) {
        Map<String, @Nullable Object> config = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            config.put(pairs[i], pairs[i + 1]);
        }
        return config;
    }

    private FakeReplica readyWorkload() {
        declare(Fixtures.workload(ID));
        driver.latest().ready();
        reconciler.look();
        return driver.latest();
    }

    private void declare(Workload workload) {
        store.write(session -> session.workloads().insert(workload));
        look();
    }

    private void redeclare(Workload workload) {
        store.write(session -> session.workloads().update(workload));
        look();
    }

    private void putSecret(String value) {
        store.write(session -> {
            session.upstreamSecrets()
                    .put("proj_1", "main", Fixtures.CIPHER.seal(value, "upstream-secret:proj_1:main"), clock.instant());
            return true;
        });
        look();
    }

    private void look() {
        reconciler.changed();
        reconciler.look();
    }

    /** Lets the present replica fail, and time go on until another one is started. */
    private void failAndWait(String message) {
        int starts = driver.all().size();
        driver.latest().fail(message, true);
        Instant next = reconciler.look();
        while (driver.all().size() == starts) {
            clock.moveTo(next);
            next = reconciler.look();
        }
    }
}
