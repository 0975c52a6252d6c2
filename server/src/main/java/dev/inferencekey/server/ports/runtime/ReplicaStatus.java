package dev.inferencekey.server.ports.runtime;

import dev.inferencekey.server.ports.access.ReplicaTarget;

/** How a replica stands. {@link Failed} is final: the reconciler starts another one. */
public sealed interface ReplicaStatus {
    /** On its way. {@code step} is a short wire name such as {@code process_start} or {@code model_load}; the message is for people. */
    record Starting(String step, String message) implements ReplicaStatus {}

    /**
     * Can be called.
     *
     * @param note what people should know nevertheless, as one sentence; empty if there is nothing
     */
    record Ready(ReplicaTarget target, String note) implements ReplicaStatus {
        public Ready(ReplicaTarget target) {
            this(target, "");
        }
    }

    /** Can't be called, for a reason that somebody has to look into; it goes on trying by itself. The message is for people. */
    record Unable(String message) implements ReplicaStatus {}

    /** Is gone or never came.
     *
     * @param message one sentence that says why and, if known, what to do
     * @param retryable false if another attempt with the same declaration can't help, such as a flag that the engine does not know
     */
    record Failed(String message, boolean retryable) implements ReplicaStatus {}
}
