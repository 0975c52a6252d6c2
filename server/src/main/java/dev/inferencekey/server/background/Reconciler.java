package dev.inferencekey.server.background;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.RunningReplica;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import dev.inferencekey.server.ports.runtime.WorkloadRuntime;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import dev.inferencekey.server.ports.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what runs equal to what is declared, again and again.
 *
 * <p>Notes. One thread looks at every workload whenever something may have changed (a declaration, a replica, the load, the time) and at
 * the latest every 30 s: what was missed is found then. For each workload {@link TargetPolicy} says what there should be, {@link
 * ReconcilePlanner} what to do next, and this class does it. Starting returns at once and stopping happens elsewhere ({@link
 * ReplicaStopper}), so that one slow model server keeps no other waiting.
 *
 * <p>Thread-safe. Invariant: {@link #fleets} belongs to the reconciling thread; others see {@link #running} and {@link #board}.
 */
public final class Reconciler implements WorkloadRuntime, ActivityListener, AutoCloseable {
    /** The id of this machine as a worker. */
    public static final String LOCAL_WORKER = "wrk_local";

    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    private static final Duration RESYNC = Duration.ofSeconds(30);
    private static final Duration STORE_RETRY = Duration.ofSeconds(1);
    private static final Duration DRAIN = Duration.ofMinutes(2);
    private static final int LOG_LINES = 200;

    private final Store store;
    private final AccessTableWriter table;
    private final List<RuntimeDriver> drivers;
    private final IdSource ids;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final TargetPolicy targets;
    private final UpstreamSecrets secrets;
    private final Demand demand;
    private final ReplicaStopper stopper;

    private final Semaphore wakeUps = new Semaphore(0);
    private final StatusBoard board = new StatusBoard();
    private final Map<String, Fleet> fleets = new HashMap<>();
    private final Map<String, Backends> published = new HashMap<>();
    private final Map<String, Fleet> running = new ConcurrentHashMap<>();
    private final Thread thread;
    private List<Workload> declared = List.of();
    private volatile boolean closing;

    private Reconciler(
            Store store,
            SecretCipher cipher,
            AccessTableWriter table,
            List<RuntimeDriver> drivers,
            IdSource ids,
            InstantSource clock,
            RandomGenerator random,
            Duration idle) {
        this.store = store;
        this.table = table;
        this.drivers = List.copyOf(drivers);
        this.ids = ids;
        this.clock = clock;
        this.random = random;
        this.targets = new TargetPolicy(byBackend(drivers), LOCAL_WORKER);
        this.secrets = new UpstreamSecrets(store, cipher);
        this.demand = new Demand(clock, idle);
        this.stopper = new ReplicaStopper(table, DRAIN);
        this.thread = Thread.ofPlatform().name("reconciler").daemon().unstarted(this::run);
    }

    /** Starts to reconcile; owns the drivers, and stops all that runs at {@link #close}. */
    public static Reconciler start(
            Store store,
            SecretCipher cipher,
            AccessTableWriter table,
            List<RuntimeDriver> drivers,
            IdSource ids,
            InstantSource clock,
            RandomGenerator random) {
        Reconciler reconciler = unstarted(store, cipher, table, drivers, ids, clock, random, Demand.DEFAULT_IDLE);
        reconciler.thread.start();
        return reconciler;
    }

    /** One that only looks when {@link #reconcile} is called: for tests that own the time. */
    static Reconciler unstarted(
            Store store,
            SecretCipher cipher,
            AccessTableWriter table,
            List<RuntimeDriver> drivers,
            IdSource ids,
            InstantSource clock,
            RandomGenerator random,
            Duration idle) {
        return new Reconciler(store, cipher, table, drivers, ids, clock, random, idle);
    }

    @Override
    public void changed() {
        wakeUps.release();
    }

    @Override
    public void requestEnded(String workloadId, Instant at) {
        demand.asked(workloadId);
    }

    @Override
    public void requestWaits(String workloadId) {
        if (demand.asked(workloadId)) {
            wakeUps.release();
        }
    }

    @Override
    public WorkloadStatus status(String workloadId) {
        WorkloadStatus status = board.get(workloadId);
        return status == null ? notLookedAt() : status;
    }

    @Override
    public Subscription subscribe(String workloadId, Consumer<WorkloadStatus> onStatus) {
        return board.subscribe(workloadId, notLookedAt(), onStatus);
    }

    @Override
    public List<RunningReplica> replicas(String workloadId) {
        Fleet fleet = running.get(workloadId);
        List<RunningReplica> replicas = new ArrayList<>(fleet == null ? List.of() : fleet.running(table::outstanding));
        replicas.addAll(stopper.of(workloadId));
        return List.copyOf(replicas);
    }

    @Override
    public List<String> logTail(String workloadId, int limit) {
        Fleet fleet = running.get(workloadId);
        return fleet == null ? List.of() : fleet.logTail(limit);
    }

    @Override
    public void close() {
        closing = true;
        wakeUps.release();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        fleets.forEach((workloadId, fleet) -> fleet.leave().forEach(leaving -> stopper.stop(workloadId, leaving)));
        stopper.close();
        drivers.forEach(Reconciler::close);
    }

    private static void close(RuntimeDriver driver) {
        try {
            driver.close();
        } catch (Exception e) {
            LOG.atError().addKeyValue("driver", driver.backends()).setCause(e).log("a runtime could not be closed");
        }
    }

    private void run() {
        while (!closing) {
            try {
                Instant next = reconcile();
                wakeUps.tryAcquire(
                        Math.max(1, Duration.between(clock.instant(), next).toMillis()), TimeUnit.MILLISECONDS);
                // What comes between the look and the wait leaves a permit behind, so nothing is slept through.
                wakeUps.drainPermits();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Looks at everything once; returns when to look again although nothing was heard. */
    Instant reconcile() {
        Instant now = clock.instant();
        Instant next = now.plus(readDeclarations() ? RESYNC : STORE_RETRY);
        Set<String> gone = new HashSet<>(fleets.keySet());
        for (Workload workload : declared) {
            gone.remove(workload.id());
            try {
                Instant own = reconcile(workload, now);
                next = own != null && own.isBefore(next) ? own : next;
            } catch (RuntimeException e) {
                // One workload's trouble is not the others'; it is looked at again at the next round.
                LOG.atError().addKeyValue("workload", workload.id()).setCause(e).log("reconciling failed");
                next = now.plus(STORE_RETRY);
            }
        }
        gone.forEach(this::letGo);
        return next;
    }

    /** Returns false if the store is away; then what was declared when it was last read goes on. */
    private boolean readDeclarations() {
        try {
            declared = store.read(session -> session.workloads().all());
            return true;
        } catch (RuntimeException e) {
            LOG.warn("declarations can't be read; what runs goes on", e);
            return false;
        }
    }

    private @Nullable Instant reconcile(Workload workload, Instant now) {
        String id = workload.id();
        UpstreamSecrets.Reference secret = secrets.reference(workload);
        Fleet fleet = fleets.computeIfAbsent(id, key -> new Fleet(random, now));
        running.put(id, fleet);
        if (isBusy(fleet)) {
            demand.asked(id);
        }
        Target target = secret.problem() == null
                ? targets.decide(workload, secret.setAt(), demand.of(id, now), now)
                : new Target.Impossible(secret.problem());
        if (target instanceof Target.Replicas wanted) {
            fleet.observe(wanted.version(), now, LOG_LINES);
            carryOut(workload, wanted, fleet, now);
        } else {
            fleet.views().forEach(view -> stop(fleet, view.id(), workload.id(), target));
        }
        publish(id, fleet.backends(target));
        board.put(id, fleet.status(target, now));
        return earlier(
                earlier(TargetPolicy.nextChange(workload, now), fleet.restarts().nextAttempt(now)),
                demand.end(id, now));
    }

    private void carryOut(Workload workload, Target.Replicas wanted, Fleet fleet, Instant now) {
        ReconcilePlan plan = ReconcilePlanner.plan(
                wanted.count(),
                wanted.version(),
                fleet.views(),
                fleet.restarts().mayStart(now));
        for (int i = 0; i < plan.toStart(); i++) {
            ReplicaSpec spec = new ReplicaSpec(
                    ids.next("rep"),
                    workload.projectSlug() + "/" + workload.slug(),
                    workload.taskType(),
                    workload.backend(),
                    workload.modelName(),
                    workload.config() == null ? Map.of() : workload.config(),
                    secrets.bound(workload),
                    secrets.environment(workload));
            LOG.atInfo()
                    .addKeyValue("workload", spec.workload())
                    .addKeyValue("replica", spec.replicaId())
                    .addKeyValue("revision", workload.revision())
                    .log("starting a replica");
            fleet.add(wanted.driver().start(spec, wakeUps::release), wanted.version(), now);
        }
        for (String replicaId : plan.toStop()) {
            stop(fleet, replicaId, workload.id(), wanted);
        }
    }

    /** Takes the replica out of the access table before it is stopped, so that no request is sent to it any more. */
    private void stop(Fleet fleet, String replicaId, String workloadId, Target target) {
        Fleet.Leaving leaving = fleet.remove(replicaId);
        LOG.atInfo().addKeyValue("replica", replicaId).log("stopping a replica");
        publish(workloadId, fleet.backends(target));
        stopper.stop(workloadId, leaving);
    }

    private void letGo(String workloadId) {
        Fleet fleet = fleets.remove(workloadId);
        running.remove(workloadId);
        published.remove(workloadId);
        demand.forget(workloadId);
        board.remove(workloadId);
        if (fleet != null) {
            fleet.leave().forEach(leaving -> stopper.stop(workloadId, leaving));
        }
    }

    private boolean isBusy(Fleet fleet) {
        return fleet.replicas().stream().anyMatch(replica -> table.outstanding(replica.id()) > 0);
    }

    private void publish(String workloadId, Backends backends) {
        if (!backends.equals(published.put(workloadId, backends))) {
            table.setBackends(workloadId, backends);
        }
    }

    private WorkloadStatus notLookedAt() {
        return new WorkloadStatus(ReadinessPhase.SCHEDULING, "waiting to be scheduled", null, 0, 0, clock.instant());
    }

    private static Map<String, RuntimeDriver> byBackend(List<RuntimeDriver> drivers) {
        Map<String, RuntimeDriver> byBackend = new HashMap<>();
        for (RuntimeDriver driver : drivers) {
            for (String backend : driver.backends()) {
                if (byBackend.put(backend, driver) != null) {
                    throw new IllegalArgumentException("two drivers for the backend " + backend);
                }
            }
        }
        return byBackend;
    }

    private static @Nullable Instant earlier(@Nullable Instant a, @Nullable Instant b) {
        return a == null || (b != null && b.isBefore(a)) ? b : a;
    }
}
