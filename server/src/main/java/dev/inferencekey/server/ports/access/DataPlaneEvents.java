package dev.inferencekey.server.ports.access;

import dev.inferencekey.server.domain.inference.UsageRecord;

/**
 * What the data plane tells the rest of the platform. Called on event loops: implementations return at once, never block and never
 * throw. Thread-safe.
 */
public interface DataPlaneEvents {
    /** A request has ended. */
    void requestEnded(UsageRecord usage);

    /** A request came for a workload that nothing serves at the moment. */
    void demandWithoutReplica(String workloadId);

    /**
     * A credential of the other plane was shown: maybe a leak.
     *
     * @param redacted public id only
     */
    void wrongPlaneCredential(String redacted, String clientAddress, String path);
}
