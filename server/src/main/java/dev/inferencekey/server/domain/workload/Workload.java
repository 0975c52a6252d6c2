package dev.inferencekey.server.domain.workload;

import dev.inferencekey.contract.workload.TaskType;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One deployable inference unit as it was declared: one model on one backend with one configuration.
 *
 * @param id {@code wl_…}
 * @param slug canonical, unique in its project; never changes
 * @param config plain JSON exactly as it was sent, null if it was not
 * @param executionPolicy wire name, null if it was not declared (then {@code fixed} with one replica holds)
 * @param executionPolicyConfig plain JSON exactly as it was sent, null if it was not
 * @param revision counts the changes that alter what runs; a replica belongs to one revision
 */
public record Workload(
        String id,
        String projectId,
        String projectSlug,
        String slug,
        String name,
        @Nullable String description,
        TaskType taskType,
        String backend,
        String modelName,
        @Nullable Map<String, @Nullable Object> config,
        @Nullable String workerId,
        @Nullable String gpuResourceId,
        @Nullable String executionPolicy,
        @Nullable Map<String, @Nullable Object> executionPolicyConfig,
        long revision,
        Instant createdAt,
        Instant updatedAt) {
    public Workload {
        config = copy(config);
        executionPolicyConfig = copy(executionPolicyConfig);
    }

    /** Keeps the order of keys, and null values: what was sent comes back as it was sent. */
    static @Nullable Map<String, @Nullable Object> copy(@Nullable Map<String, @Nullable Object> json) {
        return json == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(json));
    }
}
