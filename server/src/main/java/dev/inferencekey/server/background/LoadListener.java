package dev.inferencekey.server.background;

/** Hears of requests as they happen, to decide what may sleep. Called on event loops: returns at once. Thread-safe. */
public interface LoadListener {
    /** A request for the workload has ended. */
    void requestSeen(String workloadId);

    /** A request came while nothing serves the workload. */
    void replicaWanted(String workloadId);
}
