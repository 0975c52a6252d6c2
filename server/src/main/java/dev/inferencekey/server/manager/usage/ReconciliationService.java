package dev.inferencekey.server.manager.usage;

import dev.inferencekey.server.domain.metering.MeteredUse;
import dev.inferencekey.server.domain.metering.Reconciliation;
import dev.inferencekey.server.domain.metering.Reconciliation.OnTheWay;
import dev.inferencekey.server.domain.metering.ReplicaCount;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.ports.runtime.EngineCounterSource;
import dev.inferencekey.server.ports.runtime.RunningReplica;
import dev.inferencekey.server.ports.runtime.WorkloadRuntime;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.usage.UsageBacklog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Compares what was metered with what model servers counted themselves. Thread-safe. */
public final class ReconciliationService {
    /** Records reach the store within a second, unless that is away. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Store store;
    private final Clock clock;
    private final EngineCounterSource counters;
    private final UsageBacklog backlog;
    private final WorkloadRuntime runtime;

    public ReconciliationService(
            Store store, Clock clock, EngineCounterSource counters, UsageBacklog backlog, WorkloadRuntime runtime) {
        this.store = store;
        this.clock = clock;
        this.counters = counters;
        this.backlog = backlog;
        this.runtime = runtime;
    }

    /**
     * Asks the model servers of this node first, and waits until what has ended is in the store; of those of other nodes it knows what they
     * were last asked.
     *
     * @return empty if no replica was ever read
     */
    public Optional<Reconciliation> reconcile(Workload workload) {
        counters.read(workload.id());
        long journalBytes = backlog.awaitStored(PATIENCE);
        long underWay = runtime.replicas(workload.id()).stream()
                .mapToLong(RunningReplica::requests)
                .sum();
        return store.read(session -> {
            Instant now = clock.now();
            List<ReplicaCount> replicas =
                    Reconciliation.comparable(session.engineCounts().of(workload.id()), now);
            if (replicas.isEmpty()) {
                return Optional.empty();
            }
            MeteredUse use = session.usage()
                    .metered(
                            workload.projectSlug(),
                            workload.slug(),
                            Reconciliation.since(replicas),
                            Reconciliation.until(replicas, now));
            return Optional.of(Reconciliation.of(replicas, use, new OnTheWay(underWay, journalBytes), now));
        });
    }
}
