package dev.inferencekey.server.ports.runtime;

import java.util.Set;

/** Starts model servers of some backends. Thread-safe. */
public interface RuntimeDriver extends AutoCloseable {
    /** The backends that it runs, by wire name. */
    Set<String> backends();

    /**
     * Begins to start a replica and returns at once; how it goes is told by {@link Replica#status}. What makes the start impossible
     * is told there too, as {@link ReplicaStatus.Failed}.
     *
     * @param onChange called (from any thread, possibly before this returns) whenever the status has changed
     */
    Replica start(ReplicaSpec spec, Runnable onChange);

    /** Whether one of its model servers listens, or is about to, on this port of the machine; never blocks for long. */
    default boolean listensOn(int port) {
        return false;
    }

    /** Stops everything that it started, and waits for it. */
    @Override
    void close();
}
