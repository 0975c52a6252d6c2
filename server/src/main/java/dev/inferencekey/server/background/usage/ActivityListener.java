package dev.inferencekey.server.background.usage;

import java.time.Instant;

/** Hears which workloads are being used. Called on event loops: implementations return at once and never throw. Thread-safe. */
public interface ActivityListener {
    /** A request to the workload has ended. */
    void requestEnded(String workloadId, Instant at);

    /** A request came for a workload that nothing serves at the moment. */
    void requestWaits(String workloadId);
}
