package dev.inferencekey.server.background.node;

import dev.inferencekey.server.ports.node.Leases;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.store.Store;
import java.util.Optional;

/** What this node does and no other, by the store's word. Thread-safe. */
public final class NodeLeases implements Leases {
    private final Store store;
    private final Membership membership;

    public NodeLeases(Store store, Membership membership) {
        this.store = store;
        this.membership = membership;
    }

    @Override
    public Optional<Lease> tryHold(String name) {
        return store.write(session -> session.leases().tryHold(name, membership.id()));
    }

    @Override
    public void release(Lease lease) {
        store.write(session -> {
            session.leases().release(lease);
            return true;
        });
    }
}
