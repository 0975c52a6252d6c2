package dev.inferencekey.server.domain.replica;

import dev.inferencekey.server.domain.node.Node;

/**
 * A node as far as replicas are concerned.
 *
 * @param runsEngines whether model servers may be started on it; it can look after external ones in any case
 * @param live whether it can be relied on that what it runs still runs; else nothing of it does any more
 * @param draining whether it is to get no further replicas, and to be rid of those that it has
 */
public record EngineNode(String id, String name, boolean runsEngines, boolean live, boolean draining) {
    /** What declarations call the one node of an installation that has no other. */
    public static final String LOCAL_WORKER = "wrk_local";

    /** @param live whether it still runs what it ran, for all that is known */
    public static EngineNode of(Node node, boolean live) {
        return new EngineNode(node.id(), node.name(), node.declared().runsEngines(), live, node.draining());
    }

    /** Whether a declaration that names this worker means this node: by its name, since its id is another one after each start. */
    boolean isWorker(String worker, boolean only) {
        return worker.equals(name) || (only && worker.equals(LOCAL_WORKER));
    }
}
