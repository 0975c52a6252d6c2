package dev.inferencekey.server.background;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import dev.inferencekey.server.ports.runtime.WorkloadRuntime;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what runs be what is declared, again and again, and tells how it stands. Thread-safe.
 *
 * <p>It does not depend on having seen each event: one thread looks at everything whenever something may have changed (a declaration,
 * a replica, the time) and does what is missing. Being told too often costs a look; not being told costs a few seconds.
 *
 * <p>An autoscaling workload counts as busy for the configured idle time after its last request, declaration or waiting caller, and
 * has one replica then (or its lower bound, if that is more). Requests are counted when they end.
 */
public final class Reconciler implements WorkloadRuntime, ActivityListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(10);
    private static final Duration STORE_PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(15);

    private final ReconcilerConfig config;
    private final Store store;
    private final InstantSource clock;
    private final StatusBoard board = new StatusBoard();
    private final Fleet fleet;
    private final Map<String, Instant> activity = new ConcurrentHashMap<>();
    private final Semaphore wake = new Semaphore(0);
    private final AtomicBoolean mustRead = new AtomicBoolean(true);
    private final ExecutorService stops = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("replica-stop-", 0).factory());
    private final Thread loop = Thread.ofPlatform().name("reconciler").daemon().unstarted(this::run);
    private volatile boolean closing;

    // Confined to the loop.
    private List<Declaration> declarations = List.of();
    private Instant readAgainAt = Instant.MIN;
    private boolean storeAway;

    /** @param drivers no two of them may run the same backend */
    public Reconciler(
            ReconcilerConfig config,
            Store store,
            SecretCipher cipher,
            IdSource ids,
            AccessTableWriter table,
            List<? extends RuntimeDriver> drivers,
            InstantSource clock,
            RandomGenerator jitter) {
        this.config = config;
        this.store = store;
        this.clock = clock;
        Map<String, RuntimeDriver> byBackend = new HashMap<>();
        for (RuntimeDriver driver : drivers) {
            for (String backend : driver.backends()) {
                if (byBackend.put(backend, driver) != null) {
                    throw new IllegalArgumentException("two drivers run backend " + backend);
                }
            }
        }
        this.fleet = new Fleet(config, byBackend, cipher, ids, table, jitter, board, this::lookAgain, this::stopLater);
    }

    /** Begins to look. */
    public void start() {
        loop.start();
    }

    @Override
    public void changed() {
        mustRead.set(true);
        lookAgain();
    }

    private void lookAgain() {
        wake.release();
    }

    @Override
    public WorkloadStatus status(String workloadId) {
        WorkloadStatus status = board.find(workloadId);
        return status == null ? unseen() : status;
    }

    private WorkloadStatus unseen() {
        return new WorkloadStatus(ReadinessPhase.SCHEDULING, "waiting to be looked at", null, 0, 0, clock.instant());
    }

    @Override
    public Subscription subscribe(String workloadId, Consumer<WorkloadStatus> onStatus) {
        return board.subscribe(workloadId, unseen(), onStatus);
    }

    @Override
    public List<String> logTail(String workloadId, int limit) {
        return fleet.logTail(workloadId, limit);
    }

    @Override
    public void requestEnded(String workloadId, Instant at) {
        activity.merge(workloadId, at, (known, now) -> now.isAfter(known) ? now : known);
    }

    @Override
    public void requestWaits(String workloadId) {
        requestEnded(workloadId, clock.instant());
        lookAgain();
    }

    private void run() {
        try {
            while (!closing) {
                Instant next = look();
                Duration pause = Duration.between(clock.instant(), next);
                // Never none at all: what is due again and again must not keep a processor busy.
                long nanos = Math.max(pause.toNanos(), SHORTEST_PAUSE.toNanos());
                wake.tryAcquire(nanos, TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One look at everything. Returns when to look again at the latest. Called by the loop, or by one test thread instead of it. */
    Instant look() {
        // Before looking: what happens from here on asks for another look.
        wake.drainPermits();
        Instant now = clock.instant();
        try {
            if (mustRead.getAndSet(false) || !now.isBefore(readAgainAt)) {
                read(now);
            }
            Instant next =
                    fleet.reconcile(declarations, workloadId -> activity.getOrDefault(workloadId, Instant.MIN), now);
            return next.isBefore(readAgainAt) ? next : readAgainAt;
        } catch (RuntimeException e) {
            // A fault in one round must not end reconciling: the next round starts from what is there.
            LOG.error("reconciler: a round failed", e);
            mustRead.set(true);
            return now.plus(STORE_PAUSE);
        }
    }

    private void read(Instant now) {
        try {
            declarations = store.read(Declaration::readAll);
            activity.keySet()
                    .retainAll(declarations.stream()
                            .map(declaration -> declaration.workload().id())
                            .collect(Collectors.toSet()));
            readAgainAt = now.plus(config.refreshInterval());
            if (storeAway) {
                LOG.info("reconciler: the store is back");
            }
            storeAway = false;
        } catch (StoreUnavailableException e) {
            if (!storeAway) {
                LOG.warn("reconciler: the store can't be read; keeping what runs", e);
            }
            storeAway = true;
            readAgainAt = now.plus(STORE_PAUSE);
        }
    }

    private void stopLater(Replica replica) {
        stops.execute(() -> {
            try {
                replica.stop();
            } catch (RuntimeException e) {
                LOG.error("replica could not be stopped replica={}", replica.id(), e);
            }
        });
    }

    /** Stops everything that runs, and waits for it. Idempotent. */
    @Override
    public void close() {
        closing = true;
        lookAgain();
        try {
            loop.join();
            if (!stops.isShutdown()) {
                fleet.disband().forEach(this::stopLater);
            }
            stops.shutdown();
            if (!stops.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("reconciler: some replicas have not stopped in time");
            }
        } catch (InterruptedException e) {
            stops.shutdown();
            Thread.currentThread().interrupt();
        }
    }
}
