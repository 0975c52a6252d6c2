package dev.inferencekey;

/** What {@code ensure} does about a workload that exists and differs from its declaration. */
public enum OnDrift {
    /** Changes the fields that differ, and no other. The default. */
    RECONCILE,
    /** Throws a {@link DriftException} and changes nothing. */
    FAIL,
    /** Changes and creates nothing, and logs what would be done; {@code plan} gives the same as data. */
    DRY_RUN,
    /** Logs a warning and changes nothing. */
    WARN,
    /** Changes nothing. */
    IGNORE
}
