package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.domain.node.WhenCutOff;
import dev.inferencekey.server.ports.node.Membership;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Nodes that live until a test says otherwise. Thread-safe. */
public final class FakeNodes {
    private final Set<String> live = ConcurrentHashMap.newKeySet();

    /** A new node as it sees itself and the others. */
    public Membership join(String id) {
        live.add(id);
        return new Membership() {
            @Override
            public String id() {
                return id;
            }

            @Override
            public String name() {
                return id;
            }

            @Override
            public boolean holdsLease() {
                return live.contains(id);
            }

            @Override
            public Duration lease() {
                return Duration.ofSeconds(10);
            }

            @Override
            public long losses() {
                return 0;
            }

            @Override
            public Instant now() {
                return Instant.EPOCH;
            }

            @Override
            public List<Node> nodes() {
                return live.stream().map(FakeNodes::node).toList();
            }

            @Override
            public void refresh() {
                // What is known is always new.
            }
        };
    }

    /** The node's lease is over. */
    public void lose(String id) {
        live.remove(id);
    }

    private static Node node(String id) {
        Node.Declared declared = new Node.Declared(
                id, id, id, "1", NodeRole.ALL, true, null, Duration.ofSeconds(10), WhenCutOff.SERVE, Duration.ZERO);
        return new Node(declared, Instant.EPOCH, Instant.EPOCH, 1, 1, Instant.EPOCH, false, null, null);
    }
}
