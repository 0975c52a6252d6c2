package dev.inferencekey.server.ports.usage;

import java.time.Duration;

/** What waits on this node for the store. Thread-safe. */
public interface UsageBacklog {
    /**
     * Waits until everything that had ended when this was called is in the store, at most so long.
     *
     * @return how many bytes of records wait nevertheless; 0 if all is there
     */
    long awaitStored(Duration patience);
}
