package dev.inferencekey.server.domain.replica;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.policy.Autoscaling;
import dev.inferencekey.server.domain.policy.ExecutionPolicy;
import dev.inferencekey.server.domain.workload.Backend;
import dev.inferencekey.server.domain.workload.Workload;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Works out what there should be of a workload, and where that can be. Immutable and thread-safe. */
public final class GoalPolicy {
    private final Set<String> backends;

    /** @param backends those that nodes can run */
    public GoalPolicy(Set<String> backends) {
        this.backends = Set.copyOf(backends);
    }

    /**
     * What was worked out.
     *
     * @param nodes on which replicas may be, live ones alone; empty if the goal is that there are none
     */
    public record Decision(Goal goal, List<EngineNode> nodes) {
        public Decision {
            nodes = List.copyOf(nodes);
        }
    }

    /**
     * @param problem why nothing can be started as it is declared, for people; null if nothing is known against it
     * @param demand how many replicas the load asks for
     */
    public Decision decide(
            Workload workload, @Nullable String problem, List<EngineNode> nodes, int demand, Instant now) {
        if (problem != null) {
            return none(new Goal.Impossible(problem));
        }
        if (!backends.contains(workload.backend())) {
            return none(new Goal.Impossible("this server has no way to run the backend " + workload.backend()));
        }
        ExecutionPolicy policy;
        try {
            policy = policy(workload);
        } catch (InvalidFieldException e) {
            return none(new Goal.Impossible(String.valueOf(e.getMessage())));
        }
        if (policy instanceof Autoscaling scaling && scaling.workers() instanceof Autoscaling.Workers.Cloud) {
            return none(new Goal.Impossible(
                    "no cloud provider is configured on this server; use workers of source private"));
        }
        if (workload.gpuResourceId() != null) {
            return none(new Goal.Unplaced(
                    "the GPU resource " + workload.gpuResourceId() + " is not registered on this server"));
        }
        List<EngineNode> named =
                nodes.stream().filter(names(workload, policy, nodes)).toList();
        if (named.isEmpty()) {
            return none(new Goal.Unplaced(notThere(workload, nodes)));
        }
        boolean external = workload.backend().equals(Backend.EXTERNAL.wire());
        List<EngineNode> able = named.stream()
                .filter(node -> node.live() && (external || node.runsEngines()))
                .toList();
        if (able.isEmpty()) {
            return none(new Goal.Unplaced(
                    "no node that may run it is there: " + names(named) + "; start one with --engines on"));
        }
        if (!policy.isOpen(now)) {
            return none(new Goal.Closed(policy.nextOpening(now).orElse(null)));
        }
        return new Decision(
                new Goal.Replicas(policy.desiredReplicas(now, demand), policy instanceof Autoscaling), able);
    }

    /** When time alone changes the answer; null if it never does. */
    public static @Nullable Instant nextChange(Workload workload, Instant now) {
        try {
            return policy(workload).nextChange(now).orElse(null);
        } catch (InvalidFieldException e) {
            return null;
        }
    }

    private static Decision none(Goal goal) {
        return new Decision(goal, List.of());
    }

    private static ExecutionPolicy policy(Workload workload) {
        return ExecutionPolicy.parse(workload.executionPolicy(), workload.executionPolicyConfig());
    }

    private static Predicate<EngineNode> names(Workload workload, ExecutionPolicy policy, List<EngineNode> nodes) {
        boolean only = nodes.size() == 1;
        String pin = workload.workerId();
        List<String> allowed =
                policy instanceof Autoscaling scaling && scaling.workers() instanceof Autoscaling.Workers.Private own
                        ? own.workerIds()
                        : List.of();
        return node -> (pin == null || node.isWorker(pin, only))
                && (allowed.isEmpty() || allowed.stream().anyMatch(worker -> node.isWorker(worker, only)));
    }

    private static String notThere(Workload workload, List<EngineNode> nodes) {
        String pin = workload.workerId();
        return (pin == null
                        ? "none of the workers that it allows is a node of this installation"
                        : "the worker " + pin + " is no node of this installation")
                + "; its nodes are: " + names(nodes);
    }

    private static String names(List<EngineNode> nodes) {
        return nodes.isEmpty()
                ? "none"
                : String.join(", ", nodes.stream().map(EngineNode::name).toList());
    }
}
