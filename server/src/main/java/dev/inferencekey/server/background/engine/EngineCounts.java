package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.runtime.EngineCounterSource;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what this node's model servers have counted, now and then and once more before each is stopped, and keeps it in the store: there
 * it outlives them, and every node can compare it with what was metered. Thread-safe.
 */
public final class EngineCounts implements EngineCounterSource, AutoCloseable {
    /** How often to read, unless told otherwise. */
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(15);

    private static final Logger LOG = LoggerFactory.getLogger(EngineCounts.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

    private final Store store;
    private final InstantSource clock;
    private final String node;
    private final Duration interval;
    private final List<CountedReplica> counted = new CopyOnWriteArrayList<>();
    private final Queue<CountedReplica> ended = new ConcurrentLinkedQueue<>();
    private final Semaphore wakeUps = new Semaphore(0);
    private final Thread thread =
            Thread.ofPlatform().name("engine-counts").daemon().unstarted(this::run);
    private volatile boolean closing;
    private volatile boolean away;

    /** @param node the name of this node */
    public EngineCounts(Store store, InstantSource clock, String node, Duration interval) {
        this.store = store;
        this.clock = clock;
        this.node = node;
        this.interval = interval;
    }

    /** To be called before any replica is started. */
    public void start() {
        endFormer();
        thread.start();
    }

    /** The same driver, whose replicas are read. */
    public RuntimeDriver counting(RuntimeDriver driver) {
        return new CountingDriver(driver);
    }

    private final class CountingDriver implements RuntimeDriver {
        private final RuntimeDriver driver;

        CountingDriver(RuntimeDriver driver) {
            this.driver = driver;
        }

        @Override
        public Set<String> backends() {
            return driver.backends();
        }

        @Override
        public Replica start(ReplicaSpec spec, Runnable onChange) {
            Replica replica = driver.start(spec, () -> {
                wakeUps.release();
                onChange.run();
            });
            CountedReplica watched = new CountedReplica(
                    replica, node, spec.backend(), clock, () -> workload(spec), EngineCounts.this::stopped);
            counted.add(watched);
            wakeUps.release();
            return watched;
        }

        @Override
        public boolean listensOn(int port) {
            return driver.listensOn(port);
        }

        @Override
        public void close() {
            for (CountedReplica replica : counted) {
                if (driver.backends().contains(replica.backend())) {
                    stopped(replica);
                }
            }
            driver.close();
        }
    }

    private @Nullable String workload(ReplicaSpec spec) {
        String project = spec.workload().substring(0, spec.workload().indexOf('/'));
        return store.read(session -> session.projects()
                .find(project)
                .flatMap(found -> session.workloads().findBySlug(found.id(), spec.slug()))
                .map(Workload::id)
                .orElse(null));
    }

    /** What ran here when this node ended last was stopped by that. */
    private void endFormer() {
        try {
            store.<Boolean>append(session -> {
                session.engineCounts().endAllOf(node, clock.instant());
                return true;
            });
        } catch (RuntimeException e) {
            LOG.warn("what model servers counted before the last stop can't be closed; it counts as lost", e);
        }
    }

    private void run() {
        try {
            while (!closing) {
                counted.forEach(this::tryRead);
                putEnded();
                wakeUps.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS);
                wakeUps.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void read(String workloadId) {
        for (CountedReplica replica : counted) {
            if (replica.serves(workloadId)) {
                tryRead(replica);
            }
        }
    }

    /** A last look, before it is stopped. Waits neither for a model server that is slow nor for the store: stopping may be urgent. */
    private void stopped(CountedReplica replica) {
        if (counted.remove(replica)) {
            replica.end();
            ended.add(replica);
            wakeUps.release();
        }
    }

    private void putEnded() {
        for (CountedReplica replica = ended.peek(); replica != null && tryPut(replica); replica = ended.peek()) {
            ended.remove();
        }
    }

    private void tryRead(CountedReplica replica) {
        try {
            if (replica.read()) {
                tryPut(replica);
            }
        } catch (StoreUnavailableException e) {
            // Which workload it serves is found at the next look.
            LOG.debug("a replica could not be read", e);
        }
    }

    private boolean tryPut(CountedReplica replica) {
        try {
            replica.count()
                    .ifPresent(count -> store.<Boolean>append(session -> {
                        session.engineCounts().put(count);
                        return true;
                    }));
            away = false;
            return true;
        } catch (RuntimeException e) {
            // The next look brings what this one could not.
            if (!away) {
                LOG.warn("what model servers counted can't be kept now; it is tried again", e);
            }
            away = true;
            return false;
        }
    }

    /** Ends reading, and keeps what those counted that were stopped; others are not read again. Idempotent. */
    @Override
    public void close() {
        closing = true;
        wakeUps.release();
        try {
            thread.join(CLOSE_PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        putEnded();
    }
}
