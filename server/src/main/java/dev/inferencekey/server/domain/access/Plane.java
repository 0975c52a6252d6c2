package dev.inferencekey.server.domain.access;

/** The two sides of the platform, each with credentials of its own. */
public enum Plane {
    /** Provisioning: everything but inference. */
    CONTROL,
    /** Inference: everything below {@code /endpoint}. */
    DATA
}
