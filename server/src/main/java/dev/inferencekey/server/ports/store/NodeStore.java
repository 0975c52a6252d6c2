package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.ports.store.AccessChangeLog.Position;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The nodes of the deployment. All times are the store's own. No lease runs out by a clock: somebody who has seen a node's beats stand
 * still writes that it is lost, and the node's next beat then finds that.
 */
public interface NodeStore {
    /**
     * Makes a node known that has acknowledged nothing. Forgets former starts with the same home, whose process is over.
     *
     * @return empty if it is done; else the other node with this name, whose lease may still run
     */
    Optional<Node> register(Node.Declared node);

    /**
     * Makes a node live again, as one that has acknowledged nothing, after it was found lost or is not known any more.
     *
     * @return empty if it is done; else the node that has its name or its home now
     */
    Optional<Node> registerAgain(Node.Declared node);

    /** Forgets every node, where no other process can share the store. */
    void removeAll();

    /**
     * Renews the lease and acknowledges what is in force.
     *
     * @return false if the node was found lost, or is not known: then others have gone on without it, and nothing was changed
     */
    boolean beat(String nodeId, Position inForce);

    /** States what the node has in force; does nothing if it is lost or not known. */
    void acknowledge(String nodeId, Position inForce);

    /** Notes that the node's lease has run out, if it has not been renewed since it had that many beats. */
    void markLost(String nodeId, long beats);

    /** By name. */
    List<Node> all();

    /** False if it is not known. */
    boolean setDraining(String nodeId, boolean draining);

    /** Forgets the node with whatever it held; false if it is not known. */
    boolean remove(String nodeId);

    /** Forgets those of these nodes that were lost before this time. */
    void forgetLostBefore(Instant time, Collection<String> nodeIds);

    /** What time it is for the store. */
    Instant now();
}
