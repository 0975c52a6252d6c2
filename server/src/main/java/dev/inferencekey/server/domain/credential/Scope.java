package dev.inferencekey.server.domain.credential;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What an SDK token may do inside its project. */
public enum Scope {
    WORKLOAD_READ("workload:read"),
    /** Implies {@link #WORKLOAD_READ}. */
    WORKLOAD_WRITE("workload:write"),
    /** Needed to set or change the placement pins {@code worker_id} and {@code gpu_resource_id}. */
    ASSIGNMENT_WRITE("assignment:write");

    /** The scopes of a token that was minted without naming any. */
    public static final Set<Scope> DEFAULT = Set.copyOf(EnumSet.of(WORKLOAD_WRITE, ASSIGNMENT_WRITE));

    private final String wire;

    Scope(String wire) {
        this.wire = wire;
    }

    /** The name on the wire. */
    public String wire() {
        return wire;
    }

    public static Optional<Scope> fromWire(String text) {
        return Arrays.stream(values()).filter(scope -> scope.wire.equals(text)).findFirst();
    }

    /** Whether any of {@code held} covers this scope. */
    public boolean coveredBy(Set<Scope> held) {
        return held.contains(this) || (this == WORKLOAD_READ && held.contains(WORKLOAD_WRITE));
    }
}
