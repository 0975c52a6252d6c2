package dev.inferencekey.server.ports.runtime;

import dev.inferencekey.contract.workload.TaskType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a model server is to be started for.
 *
 * @param replicaId {@code rep_…}, a new one for each attempt
 * @param workload {@code project/slug}
 * @param config plain JSON as declared, empty if it was not
 * @param upstreamSecret what {@code secret_ref} refers to, null without one
 * @param secretEnvironment what {@code config.env} refers to, by variable
 */
public record ReplicaSpec(
        String replicaId,
        String workload,
        TaskType taskType,
        String backend,
        String modelName,
        Map<String, @Nullable Object> config,
        @Nullable BoundSecret upstreamSecret,
        Map<String, BoundSecret> secretEnvironment) {
    public ReplicaSpec {
        config = Collections.unmodifiableMap(new LinkedHashMap<>(config));
        secretEnvironment = Map.copyOf(secretEnvironment);
    }

    /** The workload's slug, by which applications know its model. */
    public String slug() {
        return workload.substring(workload.lastIndexOf('/') + 1);
    }

    @Override
    public String toString() {
        return "ReplicaSpec[" + replicaId + ", " + workload + ", " + backend + ", " + modelName + "]";
    }
}
