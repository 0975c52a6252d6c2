package dev.inferencekey.server.ports.node;

import java.util.concurrent.CompletableFuture;

/** The other nodes, asked directly and not through the store. Thread-safe. */
public interface NodePeers {
    /** Where there is no way to other nodes. */
    NodePeers NONE = node -> CompletableFuture.completedFuture(Answer.UNKNOWN);

    /** What a node says of its own lease. */
    enum Answer {
        /** It reaches the store. */
        HOLDS_LEASE,
        /** It has not reached the store for the time of its lease. */
        CUT_OFF,
        /** It did not answer. */
        UNKNOWN
    }

    /**
     * Asks a node for its lease. Never fails; completes soon.
     *
     * @param node where it listens for nodes, {@code HOST:PORT}
     */
    CompletableFuture<Answer> askForLease(String node);
}
