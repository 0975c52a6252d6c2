package dev.inferencekey.server.ports.node;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The other nodes, asked directly and not through the store. Thread-safe. */
public interface NodePeers {
    /** Where there is no way to other nodes. */
    NodePeers NONE = node -> CompletableFuture.completedFuture(Answer.UNKNOWN);

    /** What a node says of itself. */
    enum Answer {
        /** It may start elsewhere what a lost node runs, now or soon. */
        DECIDES,
        /** It may not: it does not reach the store, or has not for long enough. */
        DECIDES_NOTHING,
        /** It did not answer. */
        UNKNOWN
    }

    /**
     * Asks a node whether it may decide what becomes of others' replicas. Never fails; completes soon.
     *
     * @param node where it listens for nodes, {@code HOST:PORT}
     */
    CompletableFuture<Answer> askWhetherItDecides(String node);

    /**
     * Asks a node for the last lines that a workload's model servers printed there, oldest first. Never fails; completes within seconds, empty if
     * the node does not answer.
     *
     * @param node where it listens for nodes, {@code HOST:PORT}
     */
    default CompletableFuture<Optional<List<String>>> askForLog(String node, String workloadId, int lines) {
        return CompletableFuture.completedFuture(Optional.empty());
    }
}
