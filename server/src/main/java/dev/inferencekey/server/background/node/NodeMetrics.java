package dev.inferencekey.server.background.node;

import dev.inferencekey.server.domain.node.NodeState;
import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.metrics.MetricSource;
import dev.inferencekey.server.ports.node.Membership;
import java.util.List;
import java.util.stream.Stream;

/** How this node and the others are, as this one sees it. Thread-safe. */
public final class NodeMetrics implements MetricSource {
    private final Membership membership;

    public NodeMetrics(Membership membership) {
        this.membership = membership;
    }

    @Override
    public List<Metric> metrics() {
        List<NodeState> states = membership.nodes().stream().map(NodeState::of).toList();
        return List.of(
                new Metric(
                        "inferencekey_nodes",
                        "The nodes that share the store, as this one last saw them.",
                        Metric.Kind.GAUGE,
                        List.of("state"),
                        Stream.of(NodeState.values())
                                .<Metric.Point>map(state -> Metric.whole(
                                        List.of(state.wire()),
                                        states.stream().filter(state::equals).count()))
                                .toList()),
                Metric.gauge(
                        "inferencekey_node_lease_held",
                        "1 while the lease of this node runs; 0 if the others may act as if it was gone.",
                        membership.holdsLease() ? 1 : 0),
                Metric.counter(
                        "inferencekey_node_lease_losses_total",
                        "How often the others took this node for lost, and it came back.",
                        membership.losses()));
    }
}
