package dev.inferencekey.server.ports.runtime;

/** Brings what this node's model servers have counted to the store. Thread-safe. */
public interface EngineCounterSource {
    /** Asks those of this workload that run here now; when this returns, the store has it, or they did not answer within seconds. */
    void read(String workloadId);
}
