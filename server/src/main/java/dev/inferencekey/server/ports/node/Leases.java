package dev.inferencekey.server.ports.node;

import java.util.Optional;

/**
 * Work that only one node does at a time, whichever it is. A lease belongs to a node for as long as that is live, unless it lets go; then
 * another node may have it, with a greater token. Thread-safe.
 */
public interface Leases {
    /**
     * A lease that was held when it was asked for. Whoever writes by it checks it in the same transaction, with {@code requireHeld} of
     * {@link dev.inferencekey.server.ports.store.LeaseStore}: that, and not this, keeps a node that was lost from writing.
     *
     * @param token grows each time that the lease changes hands
     */
    record Lease(String name, long token) {}

    /**
     * Takes the lease if no live node has it; holds it if this one does.
     *
     * @param name what it is for, such as {@code reconciler}
     * @return empty if another node has it
     * @throws dev.inferencekey.server.ports.store.StoreUnavailableException if the store can't be asked
     */
    Optional<Lease> tryHold(String name);

    /** Lets another node have it; does nothing if it was lost. */
    void release(Lease lease);
}
