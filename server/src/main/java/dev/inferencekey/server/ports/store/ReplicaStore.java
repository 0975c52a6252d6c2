package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.replica.PlacedReplica;
import dev.inferencekey.server.domain.replica.WorkloadRun;
import java.util.List;
import java.util.Optional;

/**
 * What there is of each workload's replicas, and what was decided on them. Whether a replica is wanted is written by whoever decides, how it
 * stands by its node alone. Whoever changes anything here appends {@link AccessChangeLog.Subject#REPLICA} with the workload's id.
 */
public interface ReplicaStore {
    /** Of all workloads, oldest first; of deleted ones too, until the last has ended. */
    List<PlacedReplica> all();

    /** Oldest first. */
    List<PlacedReplica> ofWorkload(String workloadId);

    void insert(PlacedReplica replica);

    /** It is to go. */
    void unwant(String replicaId);

    /** Another node is to look after it. */
    void move(String replicaId, String nodeId);

    /** That it became ready has been taken into account. */
    void note(String replicaId);

    /**
     * Its node tells how it stands.
     *
     * @return false if it is not that node's any more; nothing was changed
     */
    boolean report(String replicaId, String nodeId, PlacedReplica.Standing standing);

    /** Nothing is left of it. */
    void remove(String replicaId);

    /** What was decided on all workloads. */
    List<WorkloadRun> runs();

    Optional<WorkloadRun> run(String workloadId);

    void putRun(WorkloadRun run);

    void removeRun(String workloadId);

    /** Leaves word that the workload was asked for, for whoever decides. */
    void ask(String workloadId);

    /** The ids of workloads for which word was left. */
    List<String> asked();

    /** Takes the word back, since it has been heard. */
    void heard(String workloadId);
}
