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
    private volatile Seen seen = new Seen(List.of(), Instant.EPOCH, 0);

    /** What a look at the store showed; as the port says, nothing but {@link #refresh} looks again. */
    private record Seen(List<Node> nodes, Instant at, long tick) {}

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
        Seen last = seen;
        return last.at().plusNanos(System.nanoTime() - last.tick());
    }

    @Override
    public List<Node> nodes() {
        return seen.nodes();
    }

    @Override
    public void refresh() {
        seen = store.read(
                session -> new Seen(session.nodes().all(), session.nodes().now(), System.nanoTime()));
    }
}
