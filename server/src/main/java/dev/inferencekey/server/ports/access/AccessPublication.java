package dev.inferencekey.server.ports.access;

import java.time.Duration;

/** Brings committed changes to the data plane. Thread-safe. */
public interface AccessPublication {
    /**
     * Applies everything that is committed in the change log to this node's access table, and returns when it is in force: the next
     * request sees it. Called after each transaction that appended to the log.
     */
    Receipt publish();

    /**
     * What was reached.
     *
     * @param epoch the data plane is at least this far
     * @param took how long publishing took
     */
    record Receipt(long epoch, Duration took) {}
}
