package dev.inferencekey.server.domain.usage;

/** What usage can be told apart by. */
public enum UsageDimension {
    /** By slug. */
    WORKLOAD,
    /** By id. */
    KEY,
    /** What the backend serves; requests that reached no model server have none. */
    MODEL,
    /** By the exact HTTP status. */
    STATUS
}
