package dev.inferencekey.server.domain.workload;

import dev.inferencekey.contract.workload.Drift;
import dev.inferencekey.contract.workload.Slug;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.contract.workload.WorkloadField;
import dev.inferencekey.server.domain.project.Project;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A workload that is asked for, valid as a whole; made by {@link WorkloadRules#declaration}. Blank optional texts count as absent.
 *
 * @param slug canonical, null if it was not sent; see {@link #generatedSlug}
 * @param taskType null if it was not sent
 * @param config plain JSON exactly as it was sent, null if it was not
 * @param executionPolicyConfig plain JSON exactly as it was sent, null if it was not
 */
public record WorkloadDeclaration(
        String name,
        @Nullable String slug,
        @Nullable String description,
        @Nullable TaskType taskType,
        String backend,
        String modelName,
        @Nullable Map<String, @Nullable Object> config,
        @Nullable String workerId,
        @Nullable String gpuResourceId,
        @Nullable String executionPolicy,
        @Nullable Map<String, @Nullable Object> executionPolicyConfig) {
    /** Leaves room for the number that makes a slug unique. */
    private static final int GENERATED_LENGTH = Slug.MAX_LENGTH - 12;

    public WorkloadDeclaration {
        config = Workload.copy(config);
        executionPolicyConfig = Workload.copy(executionPolicyConfig);
    }

    /** Whether it pins the workload to a place, which needs {@code assignment:write}. */
    public boolean pinsPlacement() {
        return workerId != null || gpuResourceId != null;
    }

    /** The slug that follows from the name: for attempt 0 without a number, then with {@code -1}, {@code -2}, … */
    public String generatedSlug(int attempt) {
        String base = Slug.canonical(name);
        if (base.length() > GENERATED_LENGTH) {
            base = Slug.canonical(base.substring(0, GENERATED_LENGTH));
        }
        return attempt == 0 ? base : base + "-" + attempt;
    }

    /** The workload that this declares, in its first revision. */
    public Workload create(String id, Project project, String canonicalSlug, Instant now) {
        return new Workload(
                id,
                project.id(),
                project.slug(),
                canonicalSlug,
                name,
                description,
                taskType == null ? TaskType.DEFAULT : taskType,
                backend,
                modelName,
                config,
                workerId,
                gpuResourceId,
                executionPolicy,
                executionPolicyConfig,
                1,
                now,
                now);
    }

    /** Whether declaring this again asks for the workload that is there: by the same rule with which clients find drift. */
    public boolean asksFor(Workload live) {
        return Drift.between(wire(), WorkloadRules.wire(live)).isEmpty();
    }

    private Map<String, @Nullable Object> wire() {
        Map<String, @Nullable Object> wire = new LinkedHashMap<>();
        wire.put(WorkloadField.NAME.wire(), name);
        wire.put(WorkloadField.DESCRIPTION.wire(), description);
        wire.put(WorkloadField.TASK_TYPE.wire(), taskType == null ? null : taskType.wire());
        wire.put(WorkloadField.BACKEND.wire(), backend);
        wire.put(WorkloadField.MODEL_NAME.wire(), modelName);
        wire.put(WorkloadField.CONFIG.wire(), config);
        wire.put(WorkloadField.WORKER_ID.wire(), workerId);
        wire.put(WorkloadField.GPU_RESOURCE_ID.wire(), gpuResourceId);
        wire.put(WorkloadField.EXECUTION_POLICY.wire(), executionPolicy);
        wire.put(WorkloadField.EXECUTION_POLICY_CONFIG.wire(), executionPolicyConfig);
        return wire;
    }
}
