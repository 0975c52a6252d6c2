package dev.inferencekey;

import dev.inferencekey.contract.workload.ReadinessPhase;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One report of a workload on its way to serving.
 *
 * @param phase as the server names it
 * @param message for people, empty if there is none
 * @param elapsed since it began, as the server counts
 * @param step what exactly is being done, such as {@code model_load}
 */
public record Readiness(
        String phase,
        String message,
        Duration elapsed,
        @Nullable String step) {
    /** The phase, if this version knows it. */
    public Optional<ReadinessPhase> knownPhase() {
        return ReadinessPhase.fromWire(phase);
    }

    /** For people: {@code provisioning (instance_start): starting an instance}. */
    @Override
    public String toString() {
        return phase + (step == null ? "" : " (" + step + ")") + (message.isEmpty() ? "" : ": " + message);
    }
}
