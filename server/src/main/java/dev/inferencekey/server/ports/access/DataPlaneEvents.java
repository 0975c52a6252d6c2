package dev.inferencekey.server.ports.access;

import dev.inferencekey.server.domain.credential.MisplacedCredential;
import dev.inferencekey.server.domain.inference.UsageRecord;

/**
 * What the data plane tells the rest of the platform. Called on event loops: implementations return at once, never block and never
 * throw. Thread-safe.
 */
public interface DataPlaneEvents {
    /** A request has ended: called before the last byte of its answer is released, since what was reported survives this process. */
    void requestEnded(UsageRecord usage);

    /**
     * Whether a further request may be served. False if its usage could not be kept and the platform is set to rather refuse it; the
     * answer is then 503. Cheap enough to ask for every request.
     */
    boolean acceptsRequests();

    /** A request came for a workload that nothing serves at the moment. */
    void demandWithoutReplica(String workloadId);

    /** A credential of the other plane was shown: maybe a leak. */
    void wrongPlaneCredential(MisplacedCredential credential, String clientAddress, String path);
}
