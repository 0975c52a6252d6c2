package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.domain.metering.EngineCounters;
import dev.inferencekey.server.domain.metering.ReplicaCount;
import dev.inferencekey.server.ports.runtime.CounterReading;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replica that is asked now and then what it has counted. Thread-safe: the lock of this object is held while the model server is asked,
 * so that two looks do not overtake each other.
 *
 * <p>Counters that go back were begun anew, by an upstream that was restarted; from then on they count on from what there was.
 */
final class CountedReplica implements Replica {
    /** It serves others, too, and did so before it became a replica. */
    private static final String EXTERNAL = "external";

    private static final Logger LOG = LoggerFactory.getLogger(CountedReplica.class);
    private static final Duration LAST_LOOK = Duration.ofMillis(300);

    private final Replica replica;
    private final String node;
    private final String backend;
    private final InstantSource clock;
    private final Supplier<@Nullable String> findWorkload;
    private final Consumer<CountedReplica> beforeStop;

    private @Nullable String workloadId;
    private @Nullable Instant readySince;
    private @Nullable EngineCounters last;
    private volatile @Nullable ReplicaCount count;
    private volatile @Nullable Instant endedAt;
    private boolean hopeless;

    /**
     * @param findWorkload the id of the workload that it serves, null if that is gone
     * @param beforeStop called once it is to be stopped, and still runs
     */
    CountedReplica(
            Replica replica,
            String node,
            String backend,
            InstantSource clock,
            Supplier<@Nullable String> findWorkload,
            Consumer<CountedReplica> beforeStop) {
        this.replica = replica;
        this.node = node;
        this.backend = backend;
        this.clock = clock;
        this.findWorkload = findWorkload;
        this.beforeStop = beforeStop;
    }

    String backend() {
        return backend;
    }

    synchronized boolean serves(String workload) {
        return workload.equals(workload());
    }

    /** What it has counted, as it was last read; nothing before. Never waits. */
    Optional<ReplicaCount> count() {
        Instant end = endedAt;
        return Optional.ofNullable(count).map(known -> end == null ? known : known.ended(end));
    }

    /** Asks it, if it can be asked; whether there is anything to be kept. */
    synchronized boolean read() {
        if (hopeless || !(replica.status() instanceof ReplicaStatus.Ready)) {
            return false;
        }
        String workload = workload();
        if (workload == null) {
            return false;
        }
        Instant since = readySince == null ? clock.instant() : readySince;
        readySince = since;
        count = switch (replica.counters()) {
            case CounterReading.Counted(EngineCounters counters) -> counted(workload, since, counters);
            case CounterReading.Nothing nothing -> notCounted(workload, since, nothing);
        };
        return true;
    }

    private @Nullable String workload() {
        String known = workloadId;
        if (known == null) {
            known = findWorkload.get();
            workloadId = known;
        }
        return known;
    }

    private ReplicaCount counted(String workload, Instant since, EngineCounters counters) {
        EngineCounters before = last;
        last = counters;
        ReplicaCount known = count;
        if (before == null || known == null) {
            // What an upstream had counted before it became a replica is none of ours.
            boolean fromZero = !backend.equals(EXTERNAL);
            return new ReplicaCount(
                    id(),
                    workload,
                    node,
                    counters.engine(),
                    since,
                    clock.instant(),
                    null,
                    fromZero ? counters.promptTokens() : 0,
                    fromZero ? counters.outputTokens() : 0,
                    0,
                    null);
        }
        EngineCounters more = counters.since(before);
        return new ReplicaCount(
                id(),
                workload,
                node,
                counters.engine(),
                since,
                clock.instant(),
                null,
                known.promptTokens() + more.promptTokens(),
                known.outputTokens() + more.outputTokens(),
                known.resets() + (counters.isResetSince(before) ? 1 : 0),
                null);
    }

    private @Nullable ReplicaCount notCounted(String workload, Instant since, CounterReading.Nothing nothing) {
        ReplicaCount known = count;
        if (known != null && known.counts()) {
            // What it had counted at the last look stands.
            return known;
        }
        hopeless = nothing.lasting();
        return new ReplicaCount(id(), workload, node, null, since, clock.instant(), null, 0, 0, 0, nothing.reason());
    }

    /** The last look, if it answers at once: what is to be stopped must not go on because it is slow to say what it has counted. */
    void end() {
        Thread look = Thread.ofVirtual().name("last-look-" + id()).start(() -> {
            try {
                read();
            } catch (RuntimeException e) {
                LOG.debug("a replica could not be read before it was stopped", e);
            }
        });
        try {
            look.join(LAST_LOOK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        endedAt = clock.instant();
    }

    @Override
    public String id() {
        return replica.id();
    }

    @Override
    public ReplicaStatus status() {
        return replica.status();
    }

    @Override
    public CounterReading counters() {
        return replica.counters();
    }

    @Override
    public List<String> logTail(int limit) {
        return replica.logTail(limit);
    }

    @Override
    public void kill() {
        replica.kill();
        beforeStop.accept(this); // There is nothing left to be read: it is let go of.
    }

    @Override
    public void stop() {
        beforeStop.accept(this);
        replica.stop();
    }
}
