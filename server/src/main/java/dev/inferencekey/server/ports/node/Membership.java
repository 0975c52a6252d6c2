package dev.inferencekey.server.ports.node;

import dev.inferencekey.server.domain.node.Node;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * This process among the nodes of its deployment. Thread-safe. Everything but {@link #refresh} answers from memory and at once.
 */
public interface Membership {
    /** This node's id, {@code node_…}: another one with each start, so that what a former start held is not taken for its own. */
    String id();

    /** This node's name: for people, and the same after a restart. */
    String name();

    /**
     * Whether this node's lease surely runs. If not, others may already act as if this node was gone: what must never be done by two nodes, such as running
     * a model server, has to stop. Always true where no other process can share the store.
     */
    boolean holdsLease();

    /**
     * Whether this node's lease surely runs for that much longer: what takes so long to end has to begin to end before this is false. Always
     * true where no other process can share the store.
     */
    default boolean holdsLeaseFor(Duration time) {
        return holdsLease();
    }

    /** How long a lease lasts that was just renewed. */
    Duration lease();

    /**
     * Whether another process has taken this node's place, as it does if the data folder was copied, or if another node got its name while
     * this one was lost. This one must run and serve nothing then, whatever becomes of the store.
     */
    default boolean replaced() {
        return false;
    }

    /**
     * Whether this node reaches the store, as far as it has tried of late. If not, its lease may still run for a while, and will not be
     * renewed unless that changes. Always true where no other process can share the store.
     */
    default boolean reachesStore() {
        return holdsLease();
    }

    /**
     * How often this node was found lost and made live again. Has grown before {@link #holdsLease} is true again: whoever holds something for
     * as long as the node is not lost notes this number with it, and has lost it when the number is another one.
     */
    long losses();

    /** What time it is for the store: what it said when it was last looked at, and what has passed since by this process's own clock. */
    Instant now();

    /** All nodes as they were when they were last looked at, this one included, by name; lost ones too. */
    List<Node> nodes();

    /** Those of {@link #nodes} whose lease has not been found to have run out. */
    default List<Node> live() {
        return nodes().stream().filter(Node::live).toList();
    }

    /**
     * Looks at the store now, for what was changed of nodes.
     *
     * @throws dev.inferencekey.server.ports.store.StoreUnavailableException if it can't be read
     */
    void refresh();
}
