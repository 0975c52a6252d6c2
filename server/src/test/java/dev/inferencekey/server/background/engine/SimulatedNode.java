package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.background.access.AccessFeed;
import dev.inferencekey.server.background.access.RecordingTable;
import dev.inferencekey.server.background.node.NodeConflictException;
import dev.inferencekey.server.background.node.NodeLeases;
import dev.inferencekey.server.background.node.NodeLife;
import dev.inferencekey.server.background.node.NodeSteps;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.domain.node.WhenCutOff;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.node.NodePeers;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One process in a {@link EngineSimulation}: the real parts that decide, run and fence, on the simulation's time. What are threads in a real
 * process are {@link Act}s here; one of them may be in the middle of a transaction while others go on.
 */
final class SimulatedNode {
    /** What a process does beside all else. */
    enum Act {
        BEAT,
        RUN,
        DECIDE,
        FENCE
    }

    /** How long a killed model server takes to be gone, in parts of a lease, at most; a little less than it has. */
    private static final double MAX_DYING = 0.17;

    final String name;
    final String homeId;
    final Node.Declared declared;
    final List<Engine> engines = new CopyOnWriteArrayList<>();
    final Reconciler reconciler;
    private final EngineSimulation world;
    private final Reached store;
    private final NodeLife life;
    private final AccessFeed feed;
    private final ReplicaBoard board;
    private final EngineAgent agent;
    private final Set<Act> busy = EnumSet.noneOf(Act.class);
    /** How many callers of the feed there are: the next one would wait for them. */
    private int reading;

    private final double rate;
    boolean cutOff;
    boolean dead;
    private boolean shared = true;

    /** @throws NodeConflictException if its name is taken */
    SimulatedNode(EngineSimulation world, String name, String homeId, String id) {
        this.world = world;
        this.name = name;
        this.homeId = homeId;
        this.rate = 1 + (world.random.nextDouble() - 0.5) / 125;
        this.declared = new Node.Declared(
                id,
                homeId,
                name,
                "1.0",
                NodeRole.ALL,
                true,
                id,
                EngineSimulation.LEASE,
                WhenCutOff.SERVE,
                Duration.ofHours(1));
        this.store = new Reached();
        RecordingTable table = new RecordingTable();
        this.life = NodeLife.register(declared, store, table, this::tick);
        this.board = new ReplicaBoard(id, Fixtures.CIPHER, table);
        EngineAgent.forgetEarlierRuns(store);
        this.feed = new AccessFeed(store, table, Duration.ofDays(1));
        feed.tells(board);
        publish();
        shared = false; // So that no heart beats by itself.
        life.start(feed);
        shared = true;
        this.agent = EngineAgent.unstarted(new EngineAgent.Parts(
                store,
                Fixtures.CIPHER,
                table,
                board,
                life,
                this::publish,
                () -> (Asking) this::ask,
                List.of(new Driver()),
                id,
                world::now,
                this::tick));
        this.reconciler = Reconciler.unstarted(new Reconciler.Parts(
                store,
                Fixtures.CIPHER,
                table,
                board,
                life,
                new NodeLeases(store, life),
                this::publish,
                Set.of("simulator"),
                true,
                world.ids,
                world::now,
                this::tick,
                new Random(world.random.nextLong()),
                Duration.ofMinutes(10)));
    }

    /** For the one method that a simulated network has. */
    private interface Asking extends NodePeers {}

    private long tick() {
        return Math.round(world.tick * rate);
    }

    private void publish() {
        reading++;
        try {
            feed.catchUp();
        } finally {
            reading--;
        }
    }

    /** Does it if the process is not in the middle of it already, nor of something that it would have to wait for. */
    void act(Act act) {
        if (dead || busy.contains(act) || (act != Act.FENCE && reading > 0)) {
            return;
        }
        busy.add(act);
        try {
            switch (act) {
                case BEAT -> beat();
                case RUN -> {
                    boolean compares = life.holdsLease();
                    agent.round();
                    // What runs twice already may have lost its row after they were compared.
                    await(() -> !compares
                            || engines.stream()
                                    .allMatch(engine ->
                                            engine.gone() || engine.asked || engine.twice || isPlaced(engine)));
                }
                case DECIDE -> reconciler.reconcile();
                case FENCE -> {
                    if (!agent.lookAtLease()) {
                        await(() -> engines.stream().allMatch(engine -> engine.gone() || engine.asked));
                    }
                }
            }
        } catch (StoreUnavailableException | NodeConflictException e) {
            // It goes on later.
        } finally {
            busy.remove(act);
        }
    }

    private void beat() {
        reading++;
        try {
            NodeSteps.beat(life);
        } finally {
            reading--;
        }
    }

    private boolean isPlaced(Engine engine) {
        return dead || board.here().stream().anyMatch(placed -> placed.id().equals(engine.id()));
    }

    /** Killing is done by threads of its own; that they begin takes no time here. */
    private static void await(BooleanSupplier condition) {
        long begun = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begun > Duration.ofSeconds(5).toNanos()) {
                throw new AssertionError("what has to end was not killed");
            }
            Thread.onSpinWait();
        }
    }

    /** Whether that node was live when this one saw it last. */
    boolean tookForLive(String nodeId) {
        return life.live().stream().anyMatch(node -> node.id().equals(nodeId));
    }

    /** Whether this one has seen that node. */
    boolean knows(SimulatedNode other) {
        return life.nodes().stream().anyMatch(node -> node.id().equals(other.declared.id()));
    }

    private CompletableFuture<NodePeers.Answer> ask(String node) {
        SimulatedNode other = world.reachable(this, node);
        if (other == null) {
            return world.random.nextBoolean()
                    ? CompletableFuture.completedFuture(NodePeers.Answer.UNKNOWN)
                    : world.later(NodePeers.Answer.UNKNOWN);
        }
        NodePeers.Answer answer =
                other.reconciler.decidesOnOthers() ? NodePeers.Answer.DECIDES : NodePeers.Answer.DECIDES_NOTHING;
        return world.random.nextInt(4) == 0 ? world.later(answer) : CompletableFuture.completedFuture(answer);
    }

    /** The process is killed, and with it what it runs. */
    void kill() {
        dead = true;
        engines.forEach(Engine::isGone);
    }

    void close() {
        reconciler.close();
        engines.forEach(Engine::isGone);
        cutOff = false;
        agent.close();
    }

    /** Model servers that die some time after they were killed. */
    private final class Driver implements RuntimeDriver {
        @Override
        public Set<String> backends() {
            return Set.of("simulator");
        }

        @Override
        public Replica start(ReplicaSpec spec, Runnable onChange) {
            Engine engine = new Engine(spec);
            engines.add(engine);
            return engine;
        }

        @Override
        public void close() {
            // They are ended one by one.
        }
    }

    final class Engine implements Replica {
        private final ReplicaSpec spec;
        private final long readyAt;
        private final long dying;
        private final CountDownLatch gone = new CountDownLatch(1);
        /** Whether it was told to end. */
        volatile boolean asked;
        /** Whether it was seen to run without a row. */
        boolean twice;

        private volatile long dies = Long.MAX_VALUE;
        private volatile boolean failed;

        Engine(ReplicaSpec spec) {
            this.spec = spec;
            this.readyAt = world.tick
                    + world.random.nextLong(EngineSimulation.LEASE.dividedBy(2).toNanos());
            this.dying = Math.round(world.random.nextDouble() * MAX_DYING * EngineSimulation.LEASE.toNanos());
        }

        boolean gone() {
            return gone.getCount() == 0;
        }

        void isGone() {
            gone.countDown();
        }

        void fails() {
            failed = true;
        }

        /** Called as time passes. */
        void look() {
            if (asked && world.tick >= dies) {
                isGone();
            }
        }

        @Override
        public String id() {
            return spec.replicaId();
        }

        String workload() {
            return spec.workload();
        }

        @Override
        public ReplicaStatus status() {
            if (failed) {
                return new ReplicaStatus.Failed("it crashed", true);
            }
            return world.tick < readyAt
                    ? new ReplicaStatus.Starting("model_load", "loading")
                    : new ReplicaStatus.Ready(
                            new ReplicaTarget(id(), URI.create("http://127.0.0.1:1"), spec.modelName(), "secret"));
        }

        boolean ready() {
            return status() instanceof ReplicaStatus.Ready && !gone();
        }

        @Override
        public List<String> logTail(int limit) {
            return List.of();
        }

        @Override
        public void stop() {
            if (!asked) {
                dies = world.tick + dying;
                asked = true;
            }
            try {
                gone.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The store as this process reaches it: not at all, or late, or without hearing that it was done. */
    private final class Reached implements Store {
        private <T extends @Nullable Object> T transact(
                Function<Function<StoreSession, T>, T> how, Function<StoreSession, T> work) {
            world.meanwhile(this.node());
            refuse();
            T result = how.apply(work);
            world.meanwhile(this.node());
            refuse();
            return result;
        }

        private SimulatedNode node() {
            return SimulatedNode.this;
        }

        private void refuse() {
            if (dead || cutOff) {
                throw new StoreUnavailableException("cut off", new IOException());
            }
        }

        @Override
        public <T extends @Nullable Object> T read(Function<StoreSession, T> work) {
            return transact(world.store::<T>read, work);
        }

        @Override
        public <T extends @Nullable Object> T write(Function<StoreSession, T> work) {
            return transact(world.store::<T>write, work);
        }

        @Override
        public <T extends @Nullable Object> T append(Function<StoreSession, T> work) {
            return transact(world.store::<T>append, work);
        }

        @Override
        public <T extends @Nullable Object> T writeUrgently(Function<StoreSession, T> work) {
            return transact(world.store::<T>writeUrgently, work);
        }

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public boolean sharedByNodes() {
            return shared;
        }

        @Override
        public Subscription onChange(Runnable changed, Runnable acknowledged) {
            return () -> {};
        }

        @Override
        public void close() {
            // It is the simulation's.
        }
    }
}
