package dev.inferencekey.server.background;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.policy.Autoscaling;
import dev.inferencekey.server.domain.policy.ExecutionPolicy;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Works out what there should be of a workload. Immutable and thread-safe. */
final class TargetPolicy {
    private final Map<String, RuntimeDriver> drivers;
    private final String localWorkerId;

    /** @param localWorkerId the id of this machine, the only one that this process can place replicas on */
    TargetPolicy(Map<String, RuntimeDriver> drivers, String localWorkerId) {
        this.drivers = Map.copyOf(drivers);
        this.localWorkerId = localWorkerId;
    }

    Target decide(Workload workload, @Nullable Instant secretSetAt, int demand, Instant now) {
        RuntimeDriver driver = drivers.get(workload.backend());
        if (driver == null) {
            return new Target.Impossible("this server has no way to run the backend " + workload.backend());
        }
        ExecutionPolicy policy;
        try {
            policy = policy(workload);
        } catch (InvalidFieldException e) {
            return new Target.Impossible(String.valueOf(e.getMessage()));
        }
        if (policy instanceof Autoscaling scaling && scaling.workers() instanceof Autoscaling.Workers.Cloud) {
            return new Target.Impossible(
                    "no cloud provider is configured on this server; use workers of source private");
        }
        String unplaced = unplaced(workload, policy);
        if (unplaced != null) {
            return new Target.Unplaced(unplaced);
        }
        if (!policy.isOpen(now)) {
            return new Target.Closed(policy.nextOpening(now).orElse(null));
        }
        return new Target.Replicas(
                policy.desiredReplicas(now, demand),
                new ReplicaVersion(workload.revision(), secretSetAt),
                driver,
                policy instanceof Autoscaling);
    }

    /** When time alone changes the answer; null if it never does. */
    static @Nullable Instant nextChange(Workload workload, Instant now) {
        try {
            return policy(workload).nextChange(now).orElse(null);
        } catch (InvalidFieldException e) {
            return null;
        }
    }

    private static ExecutionPolicy policy(Workload workload) {
        return ExecutionPolicy.parse(workload.executionPolicy(), workload.executionPolicyConfig());
    }

    private @Nullable String unplaced(Workload workload, ExecutionPolicy policy) {
        String worker = workload.workerId();
        if (worker != null && !worker.equals(localWorkerId)) {
            return "the worker " + worker + " is not registered on this server, whose own is " + localWorkerId;
        }
        if (workload.gpuResourceId() != null) {
            return "the GPU resource " + workload.gpuResourceId() + " is not registered on this server";
        }
        if (policy instanceof Autoscaling scaling
                && scaling.workers() instanceof Autoscaling.Workers.Private own
                && !own.workerIds().isEmpty()
                && !own.workerIds().contains(localWorkerId)) {
            return "none of the private workers " + own.workerIds() + " is registered on this server, whose own is "
                    + localWorkerId;
        }
        return null;
    }
}
