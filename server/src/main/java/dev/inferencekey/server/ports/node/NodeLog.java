package dev.inferencekey.server.ports.node;

import java.util.List;

/** What the model servers of this node printed, as it tells other nodes that ask. Thread-safe. */
@FunctionalInterface
public interface NodeLog {
    /** The last lines of a workload's model servers on this node, oldest first; none if none runs or ran here. May wait for a file. */
    List<String> tail(String workloadId, int limit);
}
