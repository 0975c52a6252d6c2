package dev.inferencekey.server.domain.replica;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides the next steps for one workload; has no effects and remembers nothing. Stateless and thread-safe.
 *
 * <p>Notes. Failed replicas go. Replicas of the present version are added or taken away until there are as many as desired, those that
 * are not ready first. Replicas of another version, and those on nodes that are being emptied, stay until as many others are ready, so that a
 * change that fails leaves what served before. Nothing desired means nothing runs. What a lost node ran has ended with its lease and is
 * forgotten, but an external replica never ran there: another node takes it over as it is. A replica is started where the workload has the
 * fewest, then where there are the fewest at all, so that a lost node takes as little with it as can be.
 */
public final class ReplicaPlanner {
    private ReplicaPlanner() {}

    /**
     * @param desired how many replicas there should be
     * @param version what they should be started from
     * @param replicas what there is of the workload, oldest first
     * @param able nodes on which it may be, all live
     * @param live the ids of all live nodes
     * @param load how many replicas each node has of all workloads, by id
     * @param mayStart false while a failed start is not to be repeated yet
     */
    public static ReplicaPlan plan(
            int desired,
            ReplicaVersion version,
            List<PlacedReplica> replicas,
            List<EngineNode> able,
            Set<String> live,
            Map<String, Integer> load,
            boolean mayStart) {
        List<EngineNode> preferred =
                able.stream().filter(node -> !node.draining()).toList();
        List<EngineNode> nodes = preferred.isEmpty() ? able : preferred;
        Set<String> allowed = nodes.stream().map(EngineNode::id).collect(Collectors.toSet());
        Spread spread = new Spread(nodes, replicas, load);

        List<String> forget = new ArrayList<>();
        List<String> stop = new ArrayList<>();
        Map<String, String> move = new HashMap<>();
        List<PlacedReplica> present = new ArrayList<>();
        List<PlacedReplica> outdated = new ArrayList<>();
        for (PlacedReplica placed : replicas) {
            PlacedReplica replica = placed;
            if (!live.contains(placed.nodeId())) {
                if (!placed.external() || !placed.wanted() || nodes.isEmpty()) {
                    forget.add(placed.id());
                    continue;
                }
                String next = spread.next();
                move.put(placed.id(), next);
                replica = placed.on(next);
            }
            if (!replica.wanted()) {
                continue; // Its node is about to end it.
            }
            if (replica.phase() == ReplicaPhase.FAILED) {
                stop.add(replica.id());
            } else if (replica.version().equals(version) && allowed.contains(replica.nodeId())) {
                present.add(replica);
            } else {
                outdated.add(replica);
            }
        }
        boolean replaced = present.stream().filter(PlacedReplica::ready).count() >= desired;
        for (PlacedReplica replica : outdated) {
            // One that is still starting will never be wanted.
            if (replaced || !replica.ready()) {
                stop.add(replica.id());
            }
        }
        present.stream()
                .sorted(Comparator.comparing(PlacedReplica::ready))
                .limit(Math.max(0, present.size() - desired))
                .forEach(replica -> stop.add(replica.id()));
        List<String> startOn = new ArrayList<>();
        int missing = nodes.isEmpty() || !mayStart ? 0 : Math.max(0, desired - present.size());
        for (int i = 0; i < missing; i++) {
            startOn.add(spread.next());
        }
        stop.forEach(move::remove);
        return new ReplicaPlan(startOn, stop, forget, move);
    }

    /** What is to be done where there should be nothing. */
    public static ReplicaPlan none(List<PlacedReplica> replicas, Set<String> live) {
        return plan(0, NO_VERSION, replicas, List.of(), live, Map.of(), false);
    }

    private static final ReplicaVersion NO_VERSION = new ReplicaVersion(-1, null);

    /** Finds the node for each further replica. */
    private static final class Spread {
        private final List<EngineNode> nodes;
        private final Map<String, Integer> own = new HashMap<>();
        private final Map<String, Integer> all;

        Spread(List<EngineNode> nodes, List<PlacedReplica> replicas, Map<String, Integer> load) {
            this.nodes = nodes;
            this.all = new HashMap<>(load);
            Set<String> counted = new HashSet<>();
            for (PlacedReplica replica : replicas) {
                if (replica.wanted() && counted.add(replica.id())) {
                    own.merge(replica.nodeId(), 1, Integer::sum);
                }
            }
        }

        /** Not to be asked where there are no nodes. */
        String next() {
            EngineNode best = nodes.stream()
                    .min(Comparator.comparing((EngineNode node) -> own.getOrDefault(node.id(), 0))
                            .thenComparing(node -> all.getOrDefault(node.id(), 0))
                            .thenComparing(EngineNode::name)
                            .thenComparing(EngineNode::id))
                    .orElseThrow();
            own.merge(best.id(), 1, Integer::sum);
            all.merge(best.id(), 1, Integer::sum);
            return best.id();
        }
    }
}
