package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.domain.replica.EngineNode;
import dev.inferencekey.server.domain.replica.Goal;
import dev.inferencekey.server.domain.replica.GoalPolicy;
import dev.inferencekey.server.domain.replica.PlacedReplica;
import dev.inferencekey.server.domain.replica.ReplicaPhase;
import dev.inferencekey.server.domain.replica.ReplicaPlan;
import dev.inferencekey.server.domain.replica.ReplicaPlanner;
import dev.inferencekey.server.domain.replica.ReplicaVersion;
import dev.inferencekey.server.domain.replica.Restarts;
import dev.inferencekey.server.domain.replica.WorkloadRun;
import dev.inferencekey.server.domain.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is decided on one workload at one look. Immutable and thread-safe.
 *
 * @param run what is remembered from now on; null if nothing is, because the workload is gone
 * @param plan what is to be done
 * @param noted the replicas, by id, whose becoming ready has been taken into account
 */
record ReconcileStep(@Nullable WorkloadRun run, ReplicaPlan plan, List<String> noted) {
    private static final Duration WELL_FOR_LONG = Duration.ofMinutes(10);

    /** Of a workload that is not declared any more. */
    static ReconcileStep ofGone(List<PlacedReplica> replicas, List<EngineNode> nodes) {
        return new ReconcileStep(null, ReplicaPlanner.none(replicas, live(nodes)), List.of());
    }

    /**
     * @param before what is known of it
     * @param secretSetAt when the youngest secret that it refers to was set
     * @param load how many replicas each node has, by id
     */
    static ReconcileStep of(
            Workload workload,
            WorkloadFacts before,
            GoalPolicy.Decision decision,
            @Nullable Instant secretSetAt,
            List<EngineNode> nodes,
            Map<String, Integer> load,
            Instant now,
            RandomGenerator random) {
        WorkloadRun run = before.run() == null ? WorkloadRun.begun(workload.id(), now) : before.run();
        run = run.withGoal(decision.goal());
        if (!(decision.goal() instanceof Goal.Replicas goal)) {
            return new ReconcileStep(run, ReplicaPlanner.none(before.replicas(), live(nodes)), List.of());
        }
        ReplicaVersion version = new ReplicaVersion(workload.revision(), secretSetAt);
        run = run.forVersion(version, now);
        Set<String> live = live(nodes);
        List<String> noted = new ArrayList<>();
        Restarts restarts = run.restarts();
        for (PlacedReplica replica : before.replicas()) {
            if (!replica.wanted() || !live.contains(replica.nodeId())) {
                continue;
            }
            boolean present = replica.version().equals(version);
            if (replica.ready()) {
                if (!replica.noted()) {
                    noted.add(replica.id());
                    restarts = present ? restarts.recovered() : restarts;
                }
                Instant readySince = replica.standing().readySince();
                restarts = readySince == null || now.isBefore(readySince.plus(WELL_FOR_LONG))
                        ? restarts
                        : restarts.forgiven();
            } else if (replica.phase() == ReplicaPhase.FAILED && present) {
                restarts = restarts.failed(
                        replica.standing().message(), replica.standing().retryable(), now, random);
            }
        }
        run = run.withRestarts(restarts);
        run = run.seen(new WorkloadFacts(workload.id(), run, before.replicas()).isReady(), now);
        ReplicaPlan plan = ReplicaPlanner.plan(
                goal.count(), version, before.replicas(), decision.nodes(), live, load, restarts.mayStart(now));
        return new ReconcileStep(run, plan, noted);
    }

    private static Set<String> live(List<EngineNode> nodes) {
        return nodes.stream().filter(EngineNode::live).map(EngineNode::id).collect(Collectors.toSet());
    }
}
