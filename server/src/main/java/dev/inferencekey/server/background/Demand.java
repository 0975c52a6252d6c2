package dev.inferencekey.server.background;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.policy.Autoscaling;
import dev.inferencekey.server.domain.policy.ExecutionPolicy;
import dev.inferencekey.server.domain.workload.Workload;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a workload's policy asks for at one moment. Pure.
 *
 * @param replicas how many there should be
 * @param changesAt when time alone may change the answer, null if it never does
 */
record Demand(Gate gate, int replicas, @Nullable Instant changesAt) {
    /**
     * @param lastActivity the last request or declaration
     */
    static Demand of(Declaration declaration, Instant lastActivity, ReconcilerConfig config, Instant now) {
        Workload workload = declaration.workload();
        ExecutionPolicy policy;
        try {
            policy = ExecutionPolicy.parse(workload.executionPolicy(), workload.executionPolicyConfig());
        } catch (InvalidFieldException e) {
            return new Demand(new Gate.Blocked(ReadinessPhase.ERROR, String.valueOf(e.getMessage())), 1, null);
        }
        Instant idleAt = lastActivity.plus(config.idleTime());
        boolean busy = now.isBefore(idleAt);
        int replicas = policy.desiredReplicas(now, busy ? 1 : 0);
        Gate.@Nullable Blocked blocked = blocked(declaration, policy, config);
        if (blocked != null) {
            return new Demand(blocked, Math.max(1, replicas), null);
        }
        Gate gate = !policy.isOpen(now)
                ? new Gate.Closed(policy.nextOpening(now).orElse(null))
                : replicas == 0 ? new Gate.Idle() : new Gate.Open();
        boolean idlingMatters = policy instanceof Autoscaling && busy;
        Optional<Instant> change = idlingMatters ? Optional.of(idleAt) : policy.nextChange(now);
        return new Demand(gate, replicas, change.orElse(null));
    }

    private static Gate.@Nullable Blocked blocked(
            Declaration declaration, ExecutionPolicy policy, ReconcilerConfig config) {
        Workload workload = declaration.workload();
        if (policy instanceof Autoscaling(var min, var max, var ceiling, Autoscaling.Workers workers)) {
            if (workers instanceof Autoscaling.Workers.Cloud) {
                return new Gate.Blocked(ReadinessPhase.ERROR, "no cloud provider is configured on this server");
            }
            if (workers instanceof Autoscaling.Workers.Private(var workerIds)
                    && !workerIds.isEmpty()
                    && !workerIds.contains(config.localWorkerId())) {
                return elsewhere(String.join(", ", workerIds));
            }
        }
        if (workload.workerId() != null && !workload.workerId().equals(config.localWorkerId())) {
            return elsewhere(workload.workerId());
        }
        Declaration.Secret secret = declaration.secret();
        if (secret != null && secret.stored() == null) {
            return new Gate.Blocked(
                    ReadinessPhase.ERROR,
                    "config.secret_ref names the upstream secret `" + secret.name()
                            + "`, which the project does not have; store it and the workload starts");
        }
        return null;
    }

    private static Gate.Blocked elsewhere(String workerIds) {
        return new Gate.Blocked(
                ReadinessPhase.SCHEDULING,
                "waiting for worker " + workerIds + ", which is not registered with this server");
    }
}
