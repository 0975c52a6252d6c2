package dev.inferencekey.server.ports.access;

import java.time.Duration;
import java.util.List;

/** Brings committed changes to the data plane. Thread-safe. */
public interface AccessPublication {
    /**
     * Applies everything that is committed in the change log to this node's access table, and returns when it is in force: the next
     * request sees it. Called after each transaction that appended to the log.
     */
    Receipt publish();

    /**
     * What was reached: the change is in force for the next request on every node that is named with this epoch or a later one.
     *
     * @param epoch everything up to this one was asked for, the change included
     * @param nodes what each node of the deployment has acknowledged
     * @param took how long publishing took
     */
    record Receipt(long epoch, List<NodeEpoch> nodes, Duration took) {
        public Receipt {
            nodes = List.copyOf(nodes);
        }
    }

    /** The last epoch that a node has in force. */
    record NodeEpoch(String node, long epoch) {}
}
