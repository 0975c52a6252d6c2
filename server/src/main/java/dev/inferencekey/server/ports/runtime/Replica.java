package dev.inferencekey.server.ports.runtime;

import java.util.List;

/** One started model server. Thread-safe. */
public interface Replica {
    String id();

    /** How it stands now; never blocks. */
    ReplicaStatus status();

    /** The last lines that it printed, oldest first, at most {@code limit}; secrets redacted. */
    List<String> logTail(int limit);

    /** Stops it, waits until nothing of it is left, at most about ten seconds, and frees what it held. Idempotent. */
    void stop();
}
