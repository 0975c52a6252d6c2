package dev.inferencekey.server.ports.access;

import dev.inferencekey.server.domain.node.NodeReceipt;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import java.time.Duration;
import java.util.List;

/** Brings committed changes of access to the data plane of every node. Thread-safe. */
public interface AccessPublication {
    /**
     * Applies everything that is committed in the change log to this node's access table, and returns when it is in force here: the next
     * request sees it. Other nodes come to it in their own time. For a change that only gives rights, or is none of the data plane's.
     *
     * @return what can be relied on for this node alone
     */
    Receipt publish();

    /**
     * {@link #publish} that also waits for the other nodes, each until it has acknowledged the change or its lease has run out. For a
     * change that takes rights away.
     */
    Receipt publishEverywhere();

    /**
     * How many requests changes of this subject have ended on this node since it was last asked that; only of the newest changes, and only of those
     * that said that requests are to end.
     */
    int takeEndedRequests(Subject subject, String id);

    /**
     * What was reached.
     *
     * @param epoch everything up to this one was asked for, the change included
     * @param nodes what can be relied on for each node with a data plane
     * @param took how long publishing took
     */
    record Receipt(long epoch, List<NodeReceipt> nodes, Duration took) {
        public Receipt {
            nodes = List.copyOf(nodes);
        }
    }
}
