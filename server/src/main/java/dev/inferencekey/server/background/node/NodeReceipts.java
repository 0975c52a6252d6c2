package dev.inferencekey.server.background.node;

import dev.inferencekey.server.background.access.AccessFeed;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.NodeReceipt;
import dev.inferencekey.server.ports.access.AccessPublication;
import dev.inferencekey.server.ports.store.AccessChangeLog.Position;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * Brings changes to all nodes and tells what can be relied on. Thread-safe.
 *
 * <p>Notes. This node's own table is brought up to date first, which is known without the store. Then the others are looked at, by one
 * thread for all who wait, whenever one of them has said that it has acknowledged, and now and then besides, until each has or was marked lost: that takes a lease at most, since a node that can't read the log does not
 * renew its own.
 */
public final class NodeReceipts implements AccessPublication {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** Beyond the longest lease, for what is slow. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final AccessFeed feed;
    private final NodeLife life;
    private final boolean servesDataPlane;
    private final InstantSource clock;
    private final LongSupplier ticker;

    public NodeReceipts(
            AccessFeed feed, NodeLife life, boolean servesDataPlane, InstantSource clock, LongSupplier ticker) {
        this.feed = feed;
        this.life = life;
        this.servesDataPlane = servesDataPlane;
        this.clock = clock;
        this.ticker = ticker;
    }

    @Override
    public Receipt publish() {
        return publish(_ -> List.of());
    }

    @Override
    public Receipt publishEverywhere() {
        return publish(this::others);
    }

    private Receipt publish(LongFunction<List<NodeReceipt>> others) {
        long begun = ticker.getAsLong();
        Position position = feed.catchUp();
        List<NodeReceipt> receipts = new ArrayList<>();
        if (servesDataPlane) {
            receipts.add(new NodeReceipt(
                    life.id(), life.name(), position.epoch(), NodeReceipt.State.ACKNOWLEDGED, clock.instant(), null));
        }
        receipts.addAll(others.apply(position.epoch()));
        return new Receipt(position.epoch(), receipts, Duration.ofNanos(ticker.getAsLong() - begun));
    }

    @Override
    public int takeEndedRequests(Subject subject, String id) {
        return feed.takeEnded(subject, id);
    }

    private List<NodeReceipt> others(long epoch) {
        if (!life.shared()) {
            return List.of();
        }
        long begun = ticker.getAsLong();
        long pause = FIRST_PAUSE_NANOS;
        while (true) {
            long heard = life.acknowledgements().rings();
            NodeLife.Seen seen = life.lookNow();
            List<Node> others = seen.nodes().stream()
                    .filter(node -> node.declared().role().servesDataPlane())
                    .filter(node -> !node.id().equals(life.id()))
                    .toList();
            List<NodeReceipt> known = others.stream()
                    .map(node -> NodeReceipt.of(node, epoch, seen.at()))
                    .flatMap(Optional::stream)
                    .toList();
            if (known.size() == others.size()) {
                return known;
            }
            Duration longest = others.stream()
                    .map(node -> node.declared().lease())
                    .max(Duration::compareTo)
                    .orElse(Duration.ZERO);
            if (ticker.getAsLong() - begun > longest.plus(PATIENCE).toNanos()) {
                throw new IllegalStateException("a node neither acknowledges the change nor loses its lease");
            }
            try {
                life.acknowledgements().await(heard, pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("the server is stopping before all nodes have acknowledged", e);
            }
            pause = Math.min(LONGEST_PAUSE_NANOS, pause * 2);
        }
    }
}
