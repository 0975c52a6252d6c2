package dev.inferencekey.server.domain.replica;

/** How a replica stands, as its node tells. */
public enum ReplicaPhase {
    /** On its way. */
    STARTING,
    /** Can be called. */
    READY,
    /** Can't be called, for a reason that somebody has to look into; it goes on trying by itself. */
    UNABLE,
    /** Is gone or never came. Final. */
    FAILED
}
