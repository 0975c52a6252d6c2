package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.background.access.RecordingTable;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.domain.node.WhenCutOff;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.node.Leases;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.node.NodePeers;
import dev.inferencekey.server.ports.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One node's part in deciding and running, step by step, on a store that it may share with others. */
final class EngineFixture implements AutoCloseable {
    static final Duration IDLE = Duration.ofMinutes(10);

    final Store store;
    final RecordingTable table = new RecordingTable();
    final FakeDriver driver = new FakeDriver();
    final FakeMembership membership;
    final ReplicaBoard board;
    final EngineAgent agent;
    final Reconciler reconciler;
    final NodeRuntime runtime;
    /** Nanoseconds that have passed by the monotonic clock; far beyond any lease. */
    final AtomicLong tick = new AtomicLong();
    /** What the other nodes say. */
    volatile NodePeers peers = NodePeers.NONE;

    final boolean callsNodes;

    EngineFixture(Store store, String name, IdSource ids, InstantSource clock) {
        this(store, store, name, ids, clock, true);
    }

    /**
     * @param always the same store, as what knows the other nodes reaches it
     * @param callsNodes whether it runs with a listener for nodes, and so with a certificate to show to others
     */
    EngineFixture(Store store, Store always, String name, IdSource ids, InstantSource clock, boolean callsNodes) {
        this.callsNodes = callsNodes;
        this.store = store;
        this.membership = new FakeMembership(always, name, callsNodes ? name + ":9443" : null);
        this.board = new ReplicaBoard(membership.id(), Fixtures.CIPHER, table);
        Leases leases = new StoreLeases(store, membership.id());
        this.agent = EngineAgent.unstarted(new EngineAgent.Parts(
                store,
                Fixtures.CIPHER,
                table,
                board,
                membership,
                this::publish,
                () -> peers,
                List.of(driver),
                callsNodes ? name + ":9443" : null,
                clock,
                tick::get));
        this.reconciler = Reconciler.unstarted(new Reconciler.Parts(
                store,
                Fixtures.CIPHER,
                table,
                board,
                membership,
                leases,
                this::publish,
                driver.backends(),
                true,
                ids,
                clock,
                tick::get,
                new Random(1),
                IDLE));
        tick.set(Duration.ofDays(1).toNanos());
        this.runtime = new NodeRuntime(board, reconciler, agent, table, membership, () -> peers, callsNodes, clock);
    }

    /** What the feed does when the store has changed. */
    void publish() {
        board.all(store.read(session -> WorkloadFacts.all(session.replicas()).values()));
    }

    /** Tells what has become of replicas, decides, and does it; returns when to look again. */
    Instant look() {
        publish();
        agent.lookAtLease();
        agent.round();
        Instant next = reconciler.reconcile();
        publish();
        agent.round();
        return next;
    }

    @Override
    public void close() {
        reconciler.close();
        agent.close();
    }

    /** A node that is registered, and whose lease runs for as long as the test says. */
    static final class FakeMembership implements Membership {
        private static final AtomicLong COUNT = new AtomicLong();

        private final Store store;
        private final Node.Declared declared;
        volatile boolean holdsLease = true;
        volatile boolean reachesStore = true;
        volatile boolean replaced;
        volatile Duration leaseLeft = Duration.ofSeconds(9);
        private volatile @Nullable List<Node> frozen;
        final AtomicLong losses = new AtomicLong();

        FakeMembership(Store store, String name, @Nullable String advertised) {
            this.store = store;
            this.declared = new Node.Declared(
                    "node_" + COUNT.incrementAndGet(),
                    "home_" + COUNT.get(),
                    name,
                    "1.0",
                    NodeRole.ALL,
                    true,
                    advertised,
                    Duration.ofSeconds(10),
                    WhenCutOff.SERVE,
                    Duration.ofHours(1));
            store.write(session -> session.nodes().register(declared));
        }

        @Override
        public String id() {
            return declared.id();
        }

        @Override
        public String name() {
            return declared.name();
        }

        @Override
        public boolean holdsLease() {
            return holdsLease;
        }

        @Override
        public boolean holdsLeaseFor(Duration time) {
            return holdsLease && leaseLeft.compareTo(time) > 0;
        }

        @Override
        public boolean replaced() {
            return replaced;
        }

        @Override
        public boolean reachesStore() {
            return holdsLease && reachesStore;
        }

        @Override
        public Instant now() {
            return store.read(session -> session.nodes().now());
        }

        @Override
        public Duration lease() {
            return declared.lease();
        }

        @Override
        public long losses() {
            return losses.get();
        }

        /** Others have found that its lease has run out. */
        void isLost() {
            store.write(session -> {
                Node own = session.nodes().all().stream()
                        .filter(node -> node.id().equals(id()))
                        .findFirst()
                        .orElseThrow();
                session.nodes().markLost(id(), own.beats());
                return true;
            });
        }

        /** Its lease runs again, after it was lost. */
        void isBack() {
            losses.incrementAndGet();
            store.write(session -> session.nodes().registerAgain(declared));
            holdsLease = true;
        }

        /** What it knows of the nodes is no more brought up to date. */
        void freeze() {
            frozen = nodes();
        }

        @Override
        public List<Node> nodes() {
            List<Node> known = frozen;
            if (known != null) {
                return known;
            }
            List<Node> all =
                    new ArrayList<>(store.read(session -> session.nodes().all()));
            all.sort(Comparator.comparing(Node::name));
            return all;
        }

        @Override
        public void refresh() {
            // Always fresh.
        }
    }

    /** Leases as the store keeps them. */
    private record StoreLeases(Store store, String nodeId) implements Leases {
        @Override
        public Optional<Lease> tryHold(String name) {
            return store.write(session -> session.leases().tryHold(name, nodeId));
        }

        @Override
        public void release(Lease lease) {
            store.<@Nullable Boolean>write(session -> {
                session.leases().release(lease);
                return true;
            });
        }
    }
}
