package dev.inferencekey.server.background.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.background.access.RecordingTable;
import dev.inferencekey.server.background.engine.FakeDriver.Started;
import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.domain.upstream.UpstreamHost;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.runtime.BoundSecret;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import dev.inferencekey.server.ports.runtime.RunningReplica;
import dev.inferencekey.server.ports.runtime.RunningReplica.State;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReconcilerTest {
    private static final Instant START = Instant.parse("2026-06-15T09:00:00Z");

    @AutoClose
    private final BreakableStore store = TestStores.sqlite();

    private final AtomicInteger ids = new AtomicInteger();
    private Instant now = START;
    private EngineFixture node;
    private RecordingTable table;
    private FakeDriver driver;

    @BeforeEach
    void start() {
        Fixtures.project(store);
        node = new EngineFixture(store, "a", prefix -> prefix + "_" + ids.incrementAndGet(), () -> now);
        table = node.table;
        driver = node.driver;
    }

    @AfterEach
    void stop() {
        node.close();
        assertThat(driver.closed).isTrue();
        assertThat(driver.running()).isEmpty();
    }

    @Test
    void aDeclaredWorkloadIsStartedAndServesOnceItIsReady() {
        declare(workload("simulator", 1));
        node.look();
        assertThat(driver.running()).hasSize(1);
        assertThat(table.backends("wl_1")).isInstanceOf(Backends.Starting.class);
        assertThat(phase()).isEqualTo(ReadinessPhase.PROVISIONING);

        driver.last().becomes(new ReplicaStatus.Starting("model_load", "loading"));
        node.look();
        assertThat(phase()).isEqualTo(ReadinessPhase.BOOTSTRAPPING);

        driver.last().ready();
        node.look();
        assertThat(phase()).isEqualTo(ReadinessPhase.READY);
        assertThat(table.backends("wl_1"))
                .isEqualTo(new Backends.Ready(List.of(driver.last().target())));
    }

    @Test
    void aChangeRollsWithoutAMomentUnserved() {
        declare(workload("simulator", 1));
        Started old = becomeReady();
        change(workload("simulator", 2));
        node.look();
        Started fresh = driver.last();
        assertThat(table.backends("wl_1")).isEqualTo(new Backends.Ready(List.of(old.target())));
        assertThat(phase()).isEqualTo(ReadinessPhase.PROVISIONING);
        assertThat(status().readyReplicas()).isEqualTo(1);

        fresh.ready();
        node.look();
        assertThat(table.backends("wl_1")).isEqualTo(new Backends.Ready(List.of(fresh.target())));
        await().until(() -> old.stopped);
        assertThat(phase()).isEqualTo(ReadinessPhase.READY);
    }

    @Test
    void aChangeThatFailsLeavesTheOldReplicaServingAndSaysWhy() {
        declare(workload("simulator", 1));
        Started old = becomeReady();
        change(workload("simulator", 2));
        node.look();
        driver.last().becomes(new ReplicaStatus.Failed("the model file does not exist", false));
        node.look();
        assertThat(table.backends("wl_1")).isEqualTo(new Backends.Ready(List.of(old.target())));
        assertThat(phase()).isEqualTo(ReadinessPhase.ERROR);
        assertThat(status().message()).isEqualTo("the model file does not exist");
        assertThat(status().readyReplicas()).isEqualTo(1);
        assertThat(old.stopped).isFalse();

        change(workload("simulator", 3));
        node.look();
        assertThat(driver.last().spec.replicaId()).isNotEqualTo(old.id());
        driver.last().ready();
        node.look();
        assertThat(phase()).isEqualTo(ReadinessPhase.READY);
    }

    @Test
    void aReplicaThatCanNotBeCalledIsToldAtOnceAndComesBackByItself() {
        declare(workload("simulator", 1));
        Started replica = becomeReady();

        replica.becomes(new ReplicaStatus.Unable("the upstream refuses the secret (401)"));
        node.look();
        assertThat(table.backends("wl_1")).isEqualTo(new Backends.Failed());
        assertThat(phase()).isEqualTo(ReadinessPhase.ERROR);
        assertThat(status().message()).isEqualTo("the upstream refuses the secret (401)");

        replica.becomes(new ReplicaStatus.Ready(replica.target(), "it lists no models (403)"));
        node.look();
        assertThat(table.backends("wl_1")).isEqualTo(new Backends.Ready(List.of(replica.target())));
        assertThat(phase()).isEqualTo(ReadinessPhase.READY);
        assertThat(status().message()).isEqualTo("1 of 1 replicas ready; it lists no models (403)");
        assertThat(driver.started).hasSize(1);
    }

    @Test
    void aReplicaThatDiesIsStartedAgainWithGrowingPauses() {
        declare(workload("simulator", 1));
        becomeReady();
        List<Duration> pauses = new ArrayList<>();
        for (int failure = 0; failure < 8; failure++) {
            driver.last().fails("exit code 137");
            int before = driver.started.size();
            Instant failedAt = now;
            Instant next = node.look();
            while (driver.started.size() == before) {
                assertThat(next).isAfter(now);
                now = next;
                next = node.look();
            }
            pauses.add(Duration.between(failedAt, now));
        }
        for (int i = 0; i < pauses.size(); i++) {
            double expected = Math.min(60, 1 << i);
            assertThat(pauses.get(i).toMillis() / 1000.0).as("pause %d", i).isBetween(expected * 0.8, expected * 1.2);
        }
        assertThat(phase()).isEqualTo(ReadinessPhase.ERROR);
        assertThat(status().message()).isEqualTo("exit code 137");
        assertThat(table.backends("wl_1")).isEqualTo(new Backends.Failed());
        assertThat(node.runtime.logTail("wl_1", 10).lines()).containsExactly("log of model");

        driver.last().ready();
        node.look();
        assertThat(phase()).isEqualTo(ReadinessPhase.READY);
    }

    @Test
    void aDeletedWorkloadIsStoppedAfterItsRequestsHaveEnded() {
        declare(workload("simulator", 1));
        Started replica = becomeReady();
        table.setOutstanding(replica.id(), 1);
        store.write(session -> session.workloads().delete("wl_1"));
        node.look();
        assertThat(replica.stopped).isFalse();
        table.setOutstanding(replica.id(), 0);
        await().until(() -> replica.stopped);
        assertThat(node.runtime.status("wl_1").phase()).isEqualTo(ReadinessPhase.SCHEDULING);
    }

    @Test
    void everyReplicaIsToldOfFromItsStartToItsEnd() {
        declare(workload("simulator", 1));
        node.look();
        assertThat(node.runtime.replicas("wl_1")).singleElement().satisfies(replica -> {
            assertThat(replica.id()).isEqualTo(driver.last().id());
            assertThat(replica.state()).isEqualTo(State.STARTING);
            assertThat(replica.message()).isEqualTo("starting");
            assertThat(replica.startedAt()).isEqualTo(START);
            assertThat(replica.readySince()).isNull();
        });

        now = START.plusSeconds(7);
        driver.last().ready();
        node.look();
        Started old = driver.last();
        table.setOutstanding(old.id(), 3);
        assertThat(node.runtime.replicas("wl_1"))
                .containsExactly(
                        new RunningReplica(old.id(), "a", State.READY, "", false, START, START.plusSeconds(7), 3));

        change(workload("simulator", 2));
        node.look();
        assertThat(node.runtime.replicas("wl_1"))
                .extracting(RunningReplica::state, RunningReplica::outdated)
                .containsExactly(tuple(State.READY, true), tuple(State.STARTING, false));

        driver.last().ready();
        node.look();
        assertThat(node.runtime.replicas("wl_1"))
                .extracting(RunningReplica::id, RunningReplica::state, RunningReplica::requests)
                .containsExactly(tuple(driver.last().id(), State.READY, 0L), tuple(old.id(), State.DRAINING, 3L));

        table.setOutstanding(old.id(), 0);
        await().untilAsserted(() -> {
            node.look();
            assertThat(node.runtime.replicas("wl_1")).hasSize(1);
        });
        assertThat(node.runtime.replicas("wl_2")).isEmpty();
    }

    @Test
    void aReplicaThatFailedSaysWhy() {
        declare(workload("simulator", 1));
        node.look();

        driver.last().fails("the model file does not exist");
        node.agent.round();

        assertThat(node.runtime.replicas("wl_1")).singleElement().satisfies(replica -> {
            assertThat(replica.state()).isEqualTo(State.FAILED);
            assertThat(replica.message()).isEqualTo("the model file does not exist");
        });
    }

    @Test
    void whatScalesToZeroWakesOnDemandAndSleepsWhenIdle() {
        declare(withPolicy("autoscaling", Map.of("min_workers", 0, "max_workers", 2)));
        node.look();
        assertThat(driver.started).isEmpty();
        assertThat(phase()).isEqualTo(ReadinessPhase.READY);
        assertThat(table.backends("wl_1")).isInstanceOf(Backends.Starting.class);

        node.reconciler.requestWaits("wl_1");
        Started replica = becomeReady();
        now = now.plus(Duration.ofMinutes(9));
        node.reconciler.requestEnded("wl_1", now);
        now = now.plus(Duration.ofMinutes(9));
        node.look();
        assertThat(replica.stopped).isFalse();

        table.setOutstanding(replica.id(), 1);
        now = now.plus(Duration.ofMinutes(11));
        node.look();
        assertThat(driver.running()).as("a long request is under way").hasSize(1);

        table.setOutstanding(replica.id(), 0);
        now = node.look();
        while (now.isBefore(START.plus(Duration.ofHours(1)))
                && !driver.running().isEmpty()) {
            now = node.look();
            await().until(() -> table.backends("wl_1") instanceof Backends.Ready || replica.stopped);
        }
        assertThat(replica.stopped).isTrue();
        assertThat(phase()).isEqualTo(ReadinessPhase.READY);
    }

    @Test
    void outsideItsWindowNothingRunsAndCallersHearWhenItOpens() {
        declare(withPolicy("scheduled", Map.of("window", "Mon-Fri 10:00-11:00 UTC")));
        Instant next = node.look();
        Instant opening = Instant.parse("2026-06-15T10:00:00Z");
        assertThat(driver.started).isEmpty();
        assertThat(table.backends("wl_1")).isEqualTo(new Backends.Closed(opening));
        while (now.isBefore(opening)) {
            assertThat(next).isAfter(now);
            now = next;
            next = node.look();
        }
        assertThat(now).isEqualTo(opening);
        Started replica = becomeReady();
        now = Instant.parse("2026-06-15T11:00:00Z");
        node.look();
        await().until(() -> replica.stopped);
        assertThat(table.backends("wl_1")).isEqualTo(new Backends.Closed(Instant.parse("2026-06-16T10:00:00Z")));
    }

    @Test
    void anUpstreamSecretReachesTheReplicaAndAChangeOfItReplacesTheReplica() {
        declare(external("key"));
        node.look();
        assertThat(status().message()).contains("ik secret set key --project acme");
        assertThat(phase()).isEqualTo(ReadinessPhase.ERROR);

        putSecret("key", "first");
        Started first = becomeReady();
        assertThat(given(first)).isEqualTo("first");
        now = now.plusSeconds(1);
        putSecret("key", "second");
        Started second = becomeReady();
        assertThat(given(second)).isEqualTo("second");
        await().until(() -> first.stopped);
    }

    @Test
    void aSecretThatIsStoredForAnotherHostIsTakenFromTheReplicaAndTheWorkloadSaysForWhich() {
        declare(external("key"));
        putSecret("key", "first");
        Started replica = becomeReady();

        putSecret("key", "first", "api.example.com");
        node.look();

        await().until(() -> replica.stopped);
        assertThat(phase()).isEqualTo(ReadinessPhase.ERROR);
        assertThat(status().message())
                .contains("\"key\"", "is for api.example.com", "127.0.0.1:1", "ik secret set key --host 127.0.0.1:1");
        assertThat(driver.started).hasSize(1);
    }

    @Test
    void aSecretOfTheEnvironmentReachesTheReplicaIfItIsForEngines() {
        declare(workload("sglang", 1, Map.of("env", Map.of("HF_TOKEN", Map.of("secret_ref", "hf"))), null, null));
        node.look();
        assertThat(status().message()).contains("config.env.HF_TOKEN", "ik secret set hf --project acme --for-engines");

        putSecret("hf", "for a host");
        node.look();
        assertThat(driver.started).isEmpty();
        assertThat(status().message()).contains("is not for model servers", "ik secret set hf --for-engines");

        now = now.plusSeconds(1);
        putSecret("hf", "first", new SecretBinding(List.of(), true));
        Started first = becomeReady();
        BoundSecret token =
                Objects.requireNonNull(first.spec.secretEnvironment().get("HF_TOKEN"));
        assertThat(token.valueForEngines()).isEqualTo("first");
        assertThat(first.spec.toString()).doesNotContain("first");
        now = now.plusSeconds(1);
        putSecret("hf", "second", new SecretBinding(List.of(), true));
        becomeReady();
        await().until(() -> first.stopped);
    }

    @Test
    void aSecretThatTheMasterKeyDoesNotOpenIsToldOnceAndHealedByStoringItAgain() {
        declare(external("key"));
        store.<Boolean>write(session -> {
            session.upstreamSecrets().put("proj_1", "key", SecretBinding.NOTHING, new byte[] {1, 2, 3}, now);
            return true;
        });

        Instant next = node.look();

        assertThat(phase()).isEqualTo(ReadinessPhase.ERROR);
        assertThat(status().message()).contains("\"key\" can't be opened", "ik secret set key --project acme");
        assertThat(Duration.between(now, next)).isGreaterThan(Duration.ofSeconds(5));

        now = now.plusSeconds(1);
        putSecret("key", "again");
        assertThat(given(becomeReady())).isEqualTo("again");
    }

    @Test
    void whatCanNotBePlacedHereSaysSo() {
        Workload pinned = workload("simulator", 1);
        declare(new Workload(
                pinned.id(),
                pinned.projectId(),
                pinned.projectSlug(),
                pinned.slug(),
                pinned.name(),
                null,
                pinned.taskType(),
                pinned.backend(),
                pinned.modelName(),
                null,
                "wrk_far",
                null,
                null,
                null,
                1,
                START,
                START));
        node.look();
        assertThat(driver.started).isEmpty();
        assertThat(phase()).isEqualTo(ReadinessPhase.SCHEDULING);
        assertThat(status().message())
                .isEqualTo("the worker wrk_far is no node of this installation; its nodes are: a");

        change(workload("vllm", 2));
        node.look();
        assertThat(phase()).isEqualTo(ReadinessPhase.ERROR);
        assertThat(status().message()).contains("vllm");
    }

    @Test
    void aSubscriberHearsThePresentStatusFirstAndThenEachChangeOnce() {
        List<ReadinessPhase> heard = new ArrayList<>();
        declare(workload("simulator", 1));
        try (var subscription = node.runtime.subscribe("wl_1", status -> heard.add(status.phase()))) {
            assertThat(subscription).isNotNull();
            node.look();
            node.look();
            driver.last().ready();
            node.look();
        }
        driver.last().fails("gone");
        node.look();
        // It is placed first, and then started.
        assertThat(heard)
                .containsExactly(
                        ReadinessPhase.SCHEDULING,
                        ReadinessPhase.PROVISIONING,
                        ReadinessPhase.PROVISIONING,
                        ReadinessPhase.READY);
    }

    @Test
    void whileTheStoreIsAwayWhatRunsGoesOn() {
        declare(workload("simulator", 1));
        Started replica = becomeReady();
        store.failWith("the disk is full");
        assertThatThrownBy(node::look).isInstanceOf(StoreUnavailableException.class);
        assertThat(replica.stopped).isFalse();
        assertThat(phase()).isEqualTo(ReadinessPhase.READY);
    }

    private Started becomeReady() {
        node.look();
        Started replica = driver.last();
        replica.ready();
        node.look();
        return replica;
    }

    private WorkloadStatus status() {
        return node.runtime.status("wl_1");
    }

    private ReadinessPhase phase() {
        return status().phase();
    }

    private void declare(Workload workload) {
        assertThat(store.<Boolean>write(session -> session.workloads().insert(workload)))
                .isTrue();
    }

    private void change(Workload workload) {
        assertThat(store.<Boolean>write(session -> session.workloads().update(workload)))
                .isTrue();
    }

    private static @Nullable String given(Started replica) {
        BoundSecret secret = Objects.requireNonNull(replica.spec.upstreamSecret());
        assertThat(secret.valueFor(URI.create("http://127.0.0.1:2"))).isNull();
        return secret.valueFor(URI.create("http://127.0.0.1:1/v1"));
    }

    private void putSecret(String name, String value) {
        putSecret(name, value, "127.0.0.1:1");
    }

    private void putSecret(String name, String value, String host) {
        putSecret(name, value, new SecretBinding(List.of(UpstreamHost.parse(host)), false));
    }

    private void putSecret(String name, String value, SecretBinding binding) {
        byte[] sealed = Fixtures.CIPHER.seal(value, "upstream-secret:proj_1/" + name);
        store.write(session -> {
            session.upstreamSecrets().put("proj_1", name, binding, sealed, now);
            return true;
        });
    }

    private static Workload workload(String backend, long revision) {
        return workload(backend, revision, null, null, null);
    }

    private static Workload withPolicy(String policy, Map<String, @Nullable Object> config) {
        return workload("simulator", 1, null, policy, config);
    }

    private static Workload external(String secretRef) {
        return workload("external", 1, Map.of("base_url", "http://127.0.0.1:1", "secret_ref", secretRef), null, null);
    }

    private static Workload workload(
            String backend,
            long revision,
            @Nullable Map<String, @Nullable Object> config,
            @Nullable String policy,
            @Nullable Map<String, @Nullable Object> policyConfig) {
        return new Workload(
                "wl_1",
                "proj_1",
                "acme",
                "bot",
                "Bot",
                null,
                TaskType.TEXT2TEXT,
                backend,
                "model",
                config,
                null,
                null,
                policy,
                policyConfig,
                revision,
                START,
                START);
    }
}
