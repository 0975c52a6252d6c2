package dev.inferencekey.server.ports.runtime;

import dev.inferencekey.contract.workload.ReadinessPhase;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a workload stands, for people and clients.
 *
 * @param message one sentence
 * @param step what is being done inside the phase, null if there is nothing to say
 * @param since when the way to readiness began that this status is part of
 */
public record WorkloadStatus(
        ReadinessPhase phase,
        String message,
        @Nullable String step,
        int readyReplicas,
        int desiredReplicas,
        Instant since) {}
