package dev.inferencekey.server.domain.policy;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.JsonFields;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** When a workload has how many replicas. Immutable and thread-safe; time is passed in. */
public sealed interface ExecutionPolicy permits Fixed, Scheduled, Autoscaling {
    /** Where the wire carries the kind of policy. */
    String FIELD = "execution_policy";

    /** Where the wire carries its configuration. */
    String CONFIG_FIELD = "execution_policy_config";

    /**
     * Reads a policy.
     *
     * @param wire the kind, null for {@code fixed}
     * @param config plain JSON, null for none
     * @throws InvalidFieldException with the path of the offending key, such as {@code execution_policy_config.min_workers}
     */
    static ExecutionPolicy parse(@Nullable String wire, @Nullable Map<String, ? extends @Nullable Object> config) {
        JsonFields fields = JsonFields.of(CONFIG_FIELD, config == null ? Map.of() : config);
        return switch (wire == null ? Fixed.WIRE : wire) {
            case Fixed.WIRE -> Fixed.parse(fields);
            case Scheduled.WIRE -> Scheduled.parse(fields);
            case Autoscaling.WIRE -> Autoscaling.parse(fields);
            default ->
                throw new InvalidFieldException(
                        FIELD,
                        "unknown execution_policy " + JsonFields.show(wire == null ? "" : wire)
                                + "; known ones are fixed, scheduled, autoscaling");
        };
    }

    /** The kind of policy on the wire. */
    String wire();

    /**
     * How many replicas there should be.
     *
     * @param demand how many replicas the present load asks for: 0 when idle, at least 1 while a request waits or the workload has
     *     not been idle for long enough
     */
    int desiredReplicas(Instant now, int demand);

    /** Whether the workload may have replicas at all: false outside the window of a schedule. */
    boolean isOpen(Instant now);

    /** When it opens next; empty if it is open now, or never opens again. */
    Optional<Instant> nextOpening(Instant now);

    /** When to look again: until then time alone changes nothing. Empty if it never will. */
    Optional<Instant> nextChange(Instant now);
}
