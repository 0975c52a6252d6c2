package dev.inferencekey.server.ports.runtime;

import dev.inferencekey.server.ports.access.ReplicaTarget;

/** How a replica stands. {@link Failed} is final: the reconciler starts another one. */
public sealed interface ReplicaStatus {
    /** On its way. {@code step} is a short wire name such as {@code process_start} or {@code model_load}; the message is for people. */
    record Starting(String step, String message) implements ReplicaStatus {}

    /** Can be called. */
    record Ready(ReplicaTarget target) implements ReplicaStatus {}

    /** Is gone or never came.
     *
     * @param message one sentence that says why and, if known, what to do
     * @param retryable false if another attempt with the same declaration can't help, such as a model file that does not exist
     */
    record Failed(String message, boolean retryable) implements ReplicaStatus {}
}
