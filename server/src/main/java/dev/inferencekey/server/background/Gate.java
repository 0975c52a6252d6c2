package dev.inferencekey.server.background;

import dev.inferencekey.contract.workload.ReadinessPhase;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Whether a workload should run now, and if not, why. */
sealed interface Gate {
    /** It should. */
    record Open() implements Gate {}

    /** Outside its schedule; {@code opensAt} is null if it never opens again. */
    record Closed(@Nullable Instant opensAt) implements Gate {}

    /** Scaled to zero until someone asks. */
    record Idle() implements Gate {}

    /** It can't be placed or started; the message says what to do. What runs already stays. */
    record Blocked(ReadinessPhase phase, String message) implements Gate {}
}
