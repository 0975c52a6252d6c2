package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.domain.replica.Goal;
import dev.inferencekey.server.domain.replica.PlacedReplica;
import dev.inferencekey.server.domain.replica.ReplicaAddress;
import dev.inferencekey.server.domain.replica.WorkloadRun;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.access.ReplicaTarget.Place;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node knows of every workload's replicas: told by the feed, it tells the data plane what serves, people how it stands, and
 * whoever acts on it that there is something to do. Thread-safe.
 */
public final class ReplicaBoard {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaBoard.class);

    private final String nodeId;
    private final SecretCipher cipher;
    private final AccessTableWriter table;
    private final StatusBoard statuses = new StatusBoard();
    private final Map<String, WorkloadFacts> facts = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** @param nodeId this node's own */
    public ReplicaBoard(String nodeId, SecretCipher cipher, AccessTableWriter table) {
        this.nodeId = nodeId;
        this.cipher = cipher;
        this.table = table;
    }

    /** What the secret of a replica is sealed for. */
    static String sealContext(String replicaId) {
        return "replica:" + replicaId;
    }

    /** {@code listener} is told, on any thread, after declarations or replicas of any workload have changed. It must not block. */
    void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** Takes in all there is: what is not among it is gone. Called by one thread at a time, like {@link #changed}. */
    public void all(Collection<WorkloadFacts> everything) {
        Set<String> gone = new HashSet<>(facts.keySet());
        everything.forEach(each -> {
            gone.remove(each.workloadId());
            put(each);
        });
        gone.forEach(workloadId -> put(new WorkloadFacts(workloadId, null, List.of())));
        tell();
    }

    /** Takes in what has changed; nothing if only declarations have. */
    public void changed(Collection<WorkloadFacts> some) {
        some.forEach(this::put);
        tell();
    }

    private void tell() {
        listeners.forEach(Runnable::run);
    }

    private void put(WorkloadFacts known) {
        String id = known.workloadId();
        WorkloadStatus status = known.status();
        if (known.isEmpty()) {
            facts.remove(id);
        } else {
            facts.put(id, known);
        }
        if (known.run() != null) {
            table.setBackends(id, known.backends(this::target)); // Else it is gone, and with it its endpoint.
        }
        if (status == null) {
            statuses.remove(id);
        } else {
            statuses.put(id, status);
        }
    }

    StatusBoard statuses() {
        return statuses;
    }

    /** Empty facts if nothing is known of it. */
    WorkloadFacts of(String workloadId) {
        WorkloadFacts known = facts.get(workloadId);
        return known == null ? new WorkloadFacts(workloadId, null, List.of()) : known;
    }

    /** Whether the workload goes to sleep when nobody asks for it. */
    boolean wakes(String workloadId) {
        WorkloadRun run = of(workloadId).run();
        return run != null && run.goal() instanceof Goal.Replicas goal && goal.wakes();
    }

    /** The replicas that this node is to run, or to end. */
    List<PlacedReplica> here() {
        return facts.values().stream()
                .flatMap(known -> known.replicas().stream())
                .filter(replica -> replica.nodeId().equals(nodeId))
                .toList();
    }

    /** How this node reaches a replica that is ready; null if it can't. */
    private @Nullable ReplicaTarget target(PlacedReplica replica) {
        ReplicaAddress address = replica.standing().address();
        if (address == null) {
            return null;
        }
        boolean here = replica.nodeId().equals(nodeId);
        if (!here && !address.external()) {
            return address.node() == null ? null : ReplicaTarget.onNode(replica.id(), address.node(), address.model());
        }
        try {
            String sealed = address.sealedSecret();
            return new ReplicaTarget(
                    replica.id(),
                    address.baseUrl(),
                    address.model(),
                    sealed == null ? null : cipher.open(Base64.getDecoder().decode(sealed), sealContext(replica.id())),
                    address.external() ? Place.EXTERNAL : Place.HERE,
                    address.routesBelowV1());
        } catch (IllegalStateException | IllegalArgumentException e) {
            LOG.atError()
                    .addKeyValue("replica", replica.id())
                    .log("the secret of a replica can't be opened: this node's master key is not that of the others");
            return null;
        }
    }
}
