package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.ports.node.Leases.Lease;
import java.util.Optional;

/** Which node does what only one may do. */
public interface LeaseStore {
    /**
     * The lease if this node has it or, since no live node has it, may have it from now on.
     *
     * @param nodeId has to be registered and live, else nothing is given
     */
    Optional<Lease> tryHold(String name, String nodeId);

    /** Lets go of the lease, if it is still this one. */
    void release(Lease lease);

    /**
     * Goes on only if nobody else was given the lease meanwhile, and keeps it so until the transaction ends.
     *
     * @throws LostLeaseException if somebody was; the transaction is to change nothing
     */
    void requireHeld(Lease lease);
}
