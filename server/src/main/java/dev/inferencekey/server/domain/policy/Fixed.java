package dev.inferencekey.server.domain.policy;

import dev.inferencekey.server.domain.JsonFields;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Always on.
 *
 * @param replicas 1 to {@value #MAX_REPLICAS}
 */
public record Fixed(int replicas) implements ExecutionPolicy {
    static final String WIRE = "fixed";
    static final int MAX_REPLICAS = 1000;

    private static final String REPLICAS = "replicas";

    static Fixed parse(JsonFields fields) {
        fields.refuseUnknown(List.of(REPLICAS));
        Integer replicas = fields.integer(REPLICAS, 1, MAX_REPLICAS);
        return new Fixed(replicas == null ? 1 : replicas);
    }

    @Override
    public String wire() {
        return WIRE;
    }

    @Override
    public int desiredReplicas(Instant now, int demand) {
        return replicas;
    }

    @Override
    public boolean isOpen(Instant now) {
        return true;
    }

    @Override
    public Optional<Instant> nextOpening(Instant now) {
        return Optional.empty();
    }

    @Override
    public Optional<Instant> nextChange(Instant now) {
        return Optional.empty();
    }
}
