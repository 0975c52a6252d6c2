package dev.inferencekey.server.domain.workload;

import dev.inferencekey.contract.workload.JsonValues;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.policy.ExecutionPolicy;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A change that is asked for; made by {@link WorkloadRules#patch}. Null leaves a field as it is. The optional texts {@code
 * description}, {@code workerId} and {@code gpuResourceId} are cleared by an empty one. {@code slug} (canonical) and {@code taskType}
 * cannot be changed, but may be sent as they are.
 */
public record WorkloadPatch(
        @Nullable String slug,
        @Nullable TaskType taskType,
        @Nullable String name,
        @Nullable String description,
        @Nullable String backend,
        @Nullable String modelName,
        @Nullable Map<String, @Nullable Object> config,
        @Nullable String workerId,
        @Nullable String gpuResourceId,
        @Nullable String executionPolicy,
        @Nullable Map<String, @Nullable Object> executionPolicyConfig) {
    public WorkloadPatch {
        config = Workload.copy(config);
        executionPolicyConfig = Workload.copy(executionPolicyConfig);
    }

    /** Whether it would move the workload to another place, which needs {@code assignment:write}. */
    public boolean changesPlacement(Workload live) {
        return !Objects.equals(merged(workerId, live.workerId()), live.workerId())
                || !Objects.equals(merged(gpuResourceId, live.gpuResourceId()), live.gpuResourceId());
    }

    /**
     * The workload after the change: the same object if nothing differs, and of the next revision if what runs differs (backend,
     * model, config or placement).
     *
     * @throws dev.inferencekey.server.domain.InvalidFieldException if the workload would not be valid as a whole
     */
    public Workload applyTo(Workload live, Instant now) {
        refuseChanged(WorkloadRules.SLUG, slug, live.slug());
        refuseChanged(WorkloadRules.TASK_TYPE, taskType, live.taskType());
        Workload next = withFields(live, live.revision(), live.updatedAt());
        if (JsonValues.equal(WorkloadRules.wire(next), WorkloadRules.wire(live))) {
            return live;
        }
        checkWhole(next, live);
        boolean runsDifferently = !next.backend().equals(live.backend())
                || !next.modelName().equals(live.modelName())
                || !JsonValues.equal(next.config(), live.config())
                || changesPlacement(live);
        return withFields(live, runsDifferently ? live.revision() + 1 : live.revision(), now);
    }

    private static void refuseChanged(String field, @Nullable Object sent, Object live) {
        if (sent != null && !sent.equals(live)) {
            throw new InvalidFieldException(field, field + " cannot be changed; create another workload instead");
        }
    }

    private void checkWhole(Workload next, Workload live) {
        try {
            WorkloadRules.check(
                    next.taskType(),
                    next.backend(),
                    next.config(),
                    next.executionPolicy(),
                    next.executionPolicyConfig());
        } catch (InvalidFieldException e) {
            boolean inheritedConfig = executionPolicy != null
                    && executionPolicyConfig == null
                    && live.executionPolicyConfig() != null
                    && e.field().startsWith(ExecutionPolicy.CONFIG_FIELD);
            if (!inheritedConfig) {
                throw e;
            }
            throw new InvalidFieldException(
                    e.field(),
                    "the present execution_policy_config does not fit " + executionPolicy
                            + "; send a new one along with execution_policy (" + e.getMessage() + ")");
        }
    }

    private Workload withFields(Workload live, long revision, Instant updatedAt) {
        return new Workload(
                live.id(),
                live.projectId(),
                live.projectSlug(),
                live.slug(),
                name == null ? live.name() : name,
                merged(description, live.description()),
                live.taskType(),
                backend == null ? live.backend() : backend,
                modelName == null ? live.modelName() : modelName,
                config == null ? live.config() : config,
                merged(workerId, live.workerId()),
                merged(gpuResourceId, live.gpuResourceId()),
                executionPolicy == null ? live.executionPolicy() : executionPolicy,
                executionPolicyConfig == null ? live.executionPolicyConfig() : executionPolicyConfig,
                revision,
                live.createdAt(),
                updatedAt);
    }

    private static @Nullable String merged(@Nullable String change, @Nullable String live) {
        if (change == null) {
            return live;
        }
        return change.isBlank() ? null : change;
    }
}
