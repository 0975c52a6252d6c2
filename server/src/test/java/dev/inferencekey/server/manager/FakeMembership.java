package dev.inferencekey.server.manager;

import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.domain.node.WhenCutOff;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A node named {@code a} that never loses its lease and sends no heartbeats. */
public final class FakeMembership implements Membership {
    private final Store store;
    private volatile List<Node> nodes = List.of();

    public FakeMembership(Store store) {
        this.store = store;
        store.write(session -> session.nodes().register(declared("node_1", "a")));
        refresh();
    }

    /** A node that serves for an hour when it is cut off. */
    public static Node.Declared declared(String id, String name) {
        return new Node.Declared(
                id,
                "home_of_" + id,
                name,
                "1.2.3",
                NodeRole.ALL,
                true,
                null,
                Duration.ofSeconds(10),
                WhenCutOff.SERVE,
                Duration.ofHours(1));
    }

    @Override
    public String id() {
        return "node_1";
    }

    @Override
    public String name() {
        return "a";
    }

    @Override
    public boolean holdsLease() {
        return true;
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
        return store.read(session -> session.nodes().now());
    }

    @Override
    public List<Node> nodes() {
        return nodes;
    }

    @Override
    public void refresh() {
        nodes = store.read(session -> session.nodes().all());
    }
}
