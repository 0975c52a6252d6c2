package dev.inferencekey.server.ports.runtime;

import java.util.List;

/** One started model server. Thread-safe. */
public interface Replica {
    String id();

    /** How it stands now; never blocks. */
    ReplicaStatus status();

    /** The last lines that it printed, oldest first, at most {@code limit}; secrets redacted. */
    List<String> logTail(int limit);

    /**
     * What the model server itself has counted since it started. Asks it, so it takes as long as that takes, at most a few seconds; and is
     * for {@link ReplicaStatus.Ready} ones.
     */
    default CounterReading counters() {
        return new CounterReading.Nothing("This runtime has no counters of tokens.", true);
    }

    /** Ends it at once, without the grace that {@link #stop} gives, and frees what it held. Idempotent. */
    default void kill() {
        stop();
    }

    /** Stops it, waits until nothing of it is left, at most about ten seconds, and frees what it held. Idempotent. */
    void stop();
}
