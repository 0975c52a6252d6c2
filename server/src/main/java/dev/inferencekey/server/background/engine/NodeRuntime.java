package dev.inferencekey.server.background.engine;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.replica.PlacedReplica;
import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.runtime.RunningReplica;
import dev.inferencekey.server.ports.runtime.WorkloadRuntime;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What runs, as this node's control plane sees it: the same as that of every other node, but for what only the node of a replica knows. Thread-safe. */
public final class NodeRuntime implements WorkloadRuntime {
    private final ReplicaBoard board;
    private final Reconciler reconciler;
    private final EngineAgent agent;
    private final AccessTableWriter table;
    private final Membership membership;
    private final InstantSource clock;

    public NodeRuntime(
            ReplicaBoard board,
            Reconciler reconciler,
            EngineAgent agent,
            AccessTableWriter table,
            Membership membership,
            InstantSource clock) {
        this.board = board;
        this.reconciler = reconciler;
        this.agent = agent;
        this.table = table;
        this.membership = membership;
        this.clock = clock;
    }

    @Override
    public void changed() {
        reconciler.wake();
    }

    @Override
    public WorkloadStatus status(String workloadId) {
        WorkloadStatus status = board.statuses().get(workloadId);
        return status == null ? notLookedAt() : status;
    }

    @Override
    public Subscription subscribe(String workloadId, Consumer<WorkloadStatus> onStatus) {
        return board.statuses().subscribe(workloadId, notLookedAt(), onStatus);
    }

    @Override
    public List<RunningReplica> replicas(String workloadId) {
        return board.of(workloadId).running(this::nodeName, table::outstanding);
    }

    @Override
    public List<String> logTail(String workloadId, int limit) {
        List<String> lines = new ArrayList<>(agent.logTail(workloadId, limit));
        for (PlacedReplica replica : board.of(workloadId).replicas()) {
            if (!replica.nodeId().equals(membership.id())) {
                lines.add(replica.id() + " runs on the node " + nodeName(replica.nodeId())
                        + "; ask there for what it has printed");
            }
        }
        return lines.size() <= limit ? lines : lines.subList(lines.size() - limit, lines.size());
    }

    private String nodeName(String nodeId) {
        return membership.nodes().stream()
                .filter(node -> node.id().equals(nodeId))
                .map(Node::name)
                .findFirst()
                .orElse(nodeId);
    }

    private WorkloadStatus notLookedAt() {
        return new WorkloadStatus(ReadinessPhase.SCHEDULING, "waiting to be scheduled", null, 0, 0, clock.instant());
    }
}
