package dev.inferencekey.server.ports.runtime;

import java.util.List;

/**
 * The end of what a workload's model servers printed, wherever they run. Immutable.
 *
 * @param lines oldest first of each model server; those of several follow each other in the order of the names of their nodes
 * @param missing the nodes whose lines could not be had, by name
 */
public record LogTail(List<String> lines, List<Missing> missing) {
    public LogTail {
        lines = List.copyOf(lines);
        missing = List.copyOf(missing);
    }

    /**
     * A node whose lines are missing.
     *
     * @param node its name
     * @param message one sentence for people that names it too, and says why
     */
    public record Missing(String node, String message) {}
}
