package dev.inferencekey.server.domain.replica;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One replica: on which node it is to run, whether it still is to, and how it stands there. Immutable and thread-safe.
 *
 * @param id {@code rep_…}, a new one for each attempt
 * @param nodeId the only node that may run it
 * @param version what it is started from
 * @param wanted false once it is to go: it gets no further request, and ends when those under way have ended
 * @param noted whether it has been taken into account that it became ready
 * @param standing what its node has told last
 */
public record PlacedReplica(
        String id,
        String workloadId,
        String nodeId,
        ReplicaVersion version,
        boolean wanted,
        boolean noted,
        Instant placedAt,
        Standing standing) {
    /**
     * How a replica stands.
     *
     * @param step what is being done, a short wire name such as {@code model_load}; empty if there is nothing to say
     * @param message one sentence for people, empty if there is nothing to say
     * @param retryable of one that has failed: false if another attempt with the same declaration can't help
     * @param readySince null until it can be called
     * @param address set if, and only if, it is ready
     */
    public record Standing(
            ReplicaPhase phase,
            String step,
            String message,
            boolean retryable,
            @Nullable Instant readySince,
            @Nullable ReplicaAddress address) {
        /** Nothing was heard of it yet. */
        public static final Standing PLACED = new Standing(
                ReplicaPhase.STARTING, "process_start", "waiting for its node to start it", true, null, null);
    }

    /** One that is to be started. */
    public static PlacedReplica fresh(
            String id, String workloadId, String nodeId, ReplicaVersion version, Instant placedAt) {
        return new PlacedReplica(id, workloadId, nodeId, version, true, false, placedAt, Standing.PLACED);
    }

    public ReplicaPhase phase() {
        return standing.phase();
    }

    public boolean ready() {
        return standing.phase() == ReplicaPhase.READY;
    }

    /** Whether nothing has to run for it on its node but a look at it now and then. */
    public boolean external() {
        return standing.address() != null && standing.address().external();
    }

    public PlacedReplica unwanted() {
        return new PlacedReplica(id, workloadId, nodeId, version, false, noted, placedAt, standing);
    }

    public PlacedReplica on(String otherNodeId) {
        return new PlacedReplica(id, workloadId, otherNodeId, version, wanted, noted, placedAt, standing);
    }

    public PlacedReplica withNoted() {
        return new PlacedReplica(id, workloadId, nodeId, version, wanted, true, placedAt, standing);
    }
}
