package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.metering.ReplicaCount;
import java.time.Instant;
import java.util.List;

/** What model servers have counted themselves, by replica, for as long as their workload is there. */
public interface EngineCountStore {
    /** How many replicas of a workload that have ended are told apart; what older ones counted is kept in one sum. */
    int MAX_ENDED = 20;

    /** Takes the place of what the replica had counted before; does nothing if its workload is gone. */
    void put(ReplicaCount count);

    /** Those of this node that have not ended have: what runs there now was started later. */
    void endAllOf(String node, Instant at);

    /** Those of a workload, the latest start first; older ones as {@link ReplicaCount#EARLIER}. */
    List<ReplicaCount> of(String workloadId);
}
