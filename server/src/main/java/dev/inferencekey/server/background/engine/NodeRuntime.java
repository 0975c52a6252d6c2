package dev.inferencekey.server.background.engine;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.replica.PlacedReplica;
import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.node.NodePeers;
import dev.inferencekey.server.ports.runtime.LogTail;
import dev.inferencekey.server.ports.runtime.RunningReplica;
import dev.inferencekey.server.ports.runtime.WorkloadRuntime;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What runs, as this node's control plane sees it: the same as that of every other node, but for what only the node of a replica knows. Thread-safe. */
public final class NodeRuntime implements WorkloadRuntime {
    private final ReplicaBoard board;
    private final Reconciler reconciler;
    private final EngineAgent agent;
    private final AccessTableWriter table;
    private final Membership membership;
    private final Supplier<NodePeers> peers;
    private final boolean callsNodes;
    private final InstantSource clock;

    /**
     * @param peers the other nodes, as soon as there is a way to them
     * @param callsNodes whether there is ever one
     */
    public NodeRuntime(
            ReplicaBoard board,
            Reconciler reconciler,
            EngineAgent agent,
            AccessTableWriter table,
            Membership membership,
            Supplier<NodePeers> peers,
            boolean callsNodes,
            InstantSource clock) {
        this.board = board;
        this.reconciler = reconciler;
        this.agent = agent;
        this.table = table;
        this.membership = membership;
        this.peers = peers;
        this.callsNodes = callsNodes;
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

    /**
     * The same on every node: the nodes that have replicas of the workload are asked, or, if there is none, each that may have had the last one.
     */
    @Override
    public LogTail logTail(String workloadId, int limit) {
        Set<String> placed = board.of(workloadId).replicas().stream()
                .map(PlacedReplica::nodeId)
                .collect(Collectors.toSet());
        List<NodeTail> asked = membership.nodes().stream()
                .filter(node -> placed.isEmpty() ? mayHaveHadTheLastOne(node) : placed.contains(node.id()))
                .map(node -> ask(node, workloadId, limit))
                .toList();
        List<String> lines = new ArrayList<>();
        List<LogTail.Missing> missing = new ArrayList<>();
        for (NodeTail each : asked) {
            each.lines()
                    .join()
                    .ifPresentOrElse(
                            lines::addAll, () -> missing.add(new LogTail.Missing(each.node(), each.whyMissing())));
        }
        return new LogTail(lines.size() <= limit ? lines : lines.subList(lines.size() - limit, lines.size()), missing);
    }

    private boolean mayHaveHadTheLastOne(Node node) {
        return node.id().equals(membership.id())
                || (node.live() && node.declared().role().servesControlPlane());
    }

    /** What a node was asked for; {@code whyMissing} holds if it turns out to be empty. */
    private record NodeTail(String node, CompletableFuture<Optional<List<String>>> lines, String whyMissing) {}

    private NodeTail ask(Node node, String workloadId, int limit) {
        if (node.id().equals(membership.id())) {
            return new NodeTail(
                    node.name(), CompletableFuture.completedFuture(Optional.of(agent.logTail(workloadId, limit))), "");
        }
        String advertised = node.declared().advertised();
        String where = "What the model servers on the node " + node.name() + " printed is missing: ";
        if (!node.live()) {
            return missing(node, where + "the node was lost.");
        }
        if (advertised == null) {
            return missing(
                    node, where + "other nodes can't ask it, since it runs without --advertise. Ask at that node.");
        }
        if (!callsNodes) {
            return missing(
                    node,
                    where + "the node " + membership.name()
                            + " can't ask it, since it runs without --advertise and --node-tls-cert. Ask at that node.");
        }
        return new NodeTail(
                node.name(),
                peers.get().askForLog(advertised, workloadId, limit),
                where + "the node does not answer. Try again, or ask at that node.");
    }

    private static NodeTail missing(Node node, String why) {
        return new NodeTail(node.name(), CompletableFuture.completedFuture(Optional.empty()), why);
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
