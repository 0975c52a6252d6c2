package dev.inferencekey.server.background.node;

import dev.inferencekey.server.background.Rounds;
import dev.inferencekey.server.background.access.AccessFeed;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.store.AccessChangeLog.Position;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process's lease among the nodes that share the store, and what is known of the others. Thread-safe.
 *
 * <p>Notes. A beat is sent only by a node that has just caught up with the change log, and says how far it is; so a node that can't read changes
 * loses its lease. The node counts the lease from before the beat was sent. When it finds that it was taken for lost, it first becomes live again
 * and then catches up before it counts on: what was revoked in between, others did not wait for it to know.
 */
public final class NodeLife implements Membership, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLife.class);
    /** So many beats in the time of a lease. */
    private static final int BEATS_IN_LEASE = 5;
    /** So many times sooner than usual the next one is tried after one that failed. */
    private static final int SOONER = 4;
    /** This part of the lease is left off, for monotonic clocks that do not run alike. */
    private static final int DRIFT_PART = 100;
    /** This part of the time in which a node that is cut off serves: clocks are slewed by half of it at most, and two may be in opposite ways. */
    private static final int LONG_DRIFT_PART = 1_000;

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

    private final Node.Declared self;
    private final Store store;
    /** For everything that the lease depends on. */
    private final Store reserved;

    private final AccessTableWriter table;
    private final LongSupplier ticker;
    private final NodeWatch watch = new NodeWatch();
    private final Rounds looks = new Rounds(this::look);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread heart = Thread.ofPlatform().name("node-heart").daemon().unstarted(this::beatOnAndOn);

    private final Object beating = new Object();
    private volatile long leaseEndTick;
    private volatile boolean replaced;
    private final AtomicLong losses = new AtomicLong();
    private volatile Seen seen = new Seen(List.of(), Instant.EPOCH, 0);
    private volatile Consumer<Boolean> draining = _ -> {};
    private boolean told;
    private volatile @Nullable AccessFeed feed;
    private final Bell acknowledgements = new Bell();

    /** The nodes as they were, and what time it was for the store at that tick. */
    record Seen(List<Node> nodes, Instant at, long tick) {
        Seen {
            nodes = List.copyOf(nodes);
        }
    }

    private NodeLife(Node.Declared self, Store store, AccessTableWriter table, LongSupplier ticker) {
        this.self = self;
        this.store = store;
        this.reserved = store.reserved();
        this.table = table;
        this.ticker = ticker;
    }

    /**
     * Makes this process known, before it has read anything that it will serve by: from here on the others wait for it.
     *
     * @param ticker monotonic nanoseconds, from the same origin as the gateway's
     * @throws NodeConflictException if another live node has its name
     * @throws StoreUnavailableException if the store can't be written
     */
    public static NodeLife register(Node.Declared self, Store store, AccessTableWriter table, LongSupplier ticker) {
        NodeLife life = new NodeLife(self, store, table, ticker);
        long before = ticker.getAsLong();
        if (store.sharedByNodes()) {
            Optional<Node> other = store.write(session -> session.nodes().register(self));
            if (other.isPresent()) {
                throw new NodeConflictException("another live node is called \"" + self.name()
                        + "\" (it started at " + other.get().startedAt() + " and was last heard of at "
                        + other.get().heartbeatAt() + "); start this one with another --node-name, or stop that one");
            }
            life.renewed(before);
        } else {
            store.write(session -> {
                session.nodes().removeAll();
                return session.nodes().register(self);
            });
        }
        life.looks.await();
        return life;
    }

    /** Begins to renew the lease; {@code followed} is what keeps the table up to date. */
    public void start(AccessFeed followed) {
        feed = followed;
        if (store.sharedByNodes()) {
            heart.start();
        }
    }

    /** Told whether this node is to send its callers elsewhere, now and whenever that changes. */
    public void onDraining(Consumer<Boolean> listener) {
        draining = listener;
        tellDraining(true);
    }

    /** Rings when another node may have acknowledged a change. */
    Bell acknowledgements() {
        return acknowledgements;
    }

    /** Another node may have acknowledged a change: whoever waits for it looks now. */
    public void othersAcknowledged() {
        acknowledgements.ring();
    }

    /** Writes down what is in force here, if that is news to the others. */
    public void acknowledge(Position inForce) {
        if (store.sharedByNodes()) {
            reserved.append(session -> {
                session.nodes().acknowledge(self.id(), inForce);
                return true;
            });
        }
    }

    @Override
    public String id() {
        return self.id();
    }

    @Override
    public String name() {
        return self.name();
    }

    @Override
    public boolean holdsLease() {
        return holdsLeaseFor(Duration.ZERO);
    }

    @Override
    public boolean holdsLeaseFor(Duration time) {
        return !store.sharedByNodes() || leaseEndTick - ticker.getAsLong() > time.toNanos();
    }

    @Override
    public Duration lease() {
        return self.lease();
    }

    @Override
    public boolean replaced() {
        return replaced;
    }

    /** Each of the last beats went through if more than half of the lease is left. */
    @Override
    public boolean reachesStore() {
        return holdsLeaseFor(self.lease().dividedBy(2));
    }

    @Override
    public long losses() {
        return losses.get();
    }

    @Override
    public Instant now() {
        Seen last = seen;
        return last.at().plusNanos(ticker.getAsLong() - last.tick());
    }

    @Override
    public List<Node> nodes() {
        return seen.nodes();
    }

    @Override
    public void refresh() {
        looks.await();
    }

    /** Whether there may be others. */
    boolean shared() {
        return store.sharedByNodes();
    }

    /** The nodes, as read after this was called; those whose lease has run out are marked so before. */
    Seen lookNow() {
        looks.await();
        return seen;
    }

    private void look() {
        Seen now = read();
        if (store.sharedByNodes()) {
            List<Node> silent = watch.silent(now.nodes(), now.tick()).stream()
                    .filter(node -> !node.id().equals(self.id()))
                    .toList();
            if (!silent.isEmpty()) {
                reserved.append(session -> {
                    silent.forEach(node -> session.nodes().markLost(node.id(), node.beats()));
                    return true;
                });
                now = read();
            }
        }
        seen = new Seen(watch.servingByThisClock(now.nodes(), now.at(), now.tick()), now.at(), now.tick());
        tellDraining(false);
    }

    private Seen read() {
        return reserved.read(
                session -> new Seen(session.nodes().all(), session.nodes().now(), ticker.getAsLong()));
    }

    private synchronized void tellDraining(boolean anyway) {
        boolean drains = nodes().stream().anyMatch(node -> node.id().equals(self.id()) && node.draining());
        if (drains != told || anyway) {
            told = drains;
            draining.accept(drains);
        }
    }

    private void beatOnAndOn() {
        long interval = self.lease().toNanos() / BEATS_IN_LEASE;
        long begun;
        boolean away = false;
        boolean conflicts = false;
        try {
            do {
                begun = ticker.getAsLong();
                try {
                    beat();
                    looks.await();
                    away = false;
                    conflicts = false;
                } catch (NodeConflictException e) {
                    if (!conflicts) {
                        LOG.error(e.getMessage()); // Once: until the other has gone it is the same at each beat.
                    }
                    conflicts = true;
                } catch (RuntimeException e) {
                    if (!away) {
                        LOG.atWarn()
                                .addKeyValue("lease", self.lease())
                                .setCause(e)
                                .log("the lease of this node can't be renewed; trying again");
                    }
                    away = true;
                }
                // From beginning to beginning, so that a slow store does not make beats rarer.
            } while (!closing.await(
                    away ? interval / SOONER : begun + interval - ticker.getAsLong(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Catches up, and renews the lease by that. */
    void beat() {
        synchronized (beating) {
            beatOnce();
        }
    }

    private void beatOnce() {
        AccessFeed follows = followed();
        Position inForce = follows.catchUp();
        long before = ticker.getAsLong();
        if (!reserved.append(session -> session.nodes().beat(self.id(), inForce))) {
            if (closing.getCount() == 0) {
                return; // It has left.
            }
            if (!replaced) {
                losses.incrementAndGet();
                LOG.warn("this node was taken for lost; it reads on before it counts on its lease again");
            }
            before = ticker.getAsLong();
            store.<Optional<Node>>write(session -> session.nodes().registerAgain(self))
                    .ifPresent(this::replacedBy);
            acknowledge(follows.catchUp());
        }
        renewed(before);
    }

    /** Whatever it is: this process must not go on in its name. */
    private void replacedBy(Node other) {
        replaced = true;
        leaseEndTick = ticker.getAsLong();
        table.admitUntil(leaseEndTick);
        throw new NodeConflictException("another process has taken the place of this node (\"" + self.name()
                + "\", since " + other.startedAt()
                + "): this one ends its model servers and serves nothing any more. Stop one of the two; if that is the other, this one"
                + " goes on. Was the data folder copied, or the name given twice?");
    }

    private AccessFeed followed() {
        AccessFeed follows = feed;
        if (follows == null) {
            throw new IllegalStateException("not started");
        }
        return follows;
    }

    /** The lease counts from this tick. */
    private void renewed(long tick) {
        long lease = self.lease().toNanos();
        long end = tick + lease - lease / DRIFT_PART;
        leaseEndTick = end;
        replaced = false;
        long servesOn = self.servesOnFor().toNanos();
        table.admitUntil(end + servesOn - servesOn / LONG_DRIFT_PART);
    }

    /** Leaves the others, who need not wait for this node then. To be called when nothing is served any more. Idempotent. */
    @Override
    public void close() {
        closing.countDown();
        try {
            heart.join(CLOSE_PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (store.sharedByNodes()) {
            try {
                reserved.<Boolean>append(session -> session.nodes().remove(self.id()));
            } catch (StoreUnavailableException e) {
                LOG.warn(
                        "the others could not be told that this node has stopped; they find out when its lease runs out",
                        e);
            }
        }
    }
}
