package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.background.engine.SimulatedNode.Act;
import dev.inferencekey.server.background.engine.SimulatedNode.Engine;
import dev.inferencekey.server.background.node.NodeConflictException;
import dev.inferencekey.server.domain.replica.PlacedReplica;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.node.NodePeers;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Nodes that share a store and are cut off, killed, restarted, replaced and drained at random, with clocks that run unlike and jump, and
 * transactions in the midst of which other things happen. The same seed gives nearly the same run; only when the threads that end model servers
 * notice that these are gone is left to the machine.
 *
 * <p>The law: whatever runs has a row. A row of a replica is taken away (and the next one is placed) only when it can't run any more, so a replica
 * without a row is one that runs twice. Excepted is what the documentation excepts: that a node does not know one that was started while it was
 * cut off. One that was lost when it was last seen is always reached, for the same reason.
 */
final class EngineSimulation implements AutoCloseable {
    static final Duration LEASE = Duration.ofSeconds(10);
    private static final long STEP = LEASE.toNanos() / 40;
    private static final int STEPS_IN_BEAT = 8;
    private static final List<String> NAMES = List.of("a", "b", "c");

    final Store store;
    final Random random;
    final IdSource ids;
    /** Nanoseconds of true time. */
    long tick = Duration.ofDays(1).toNanos();

    private final boolean fenced;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<Runnable> answers = new ArrayList<>();
    private final Map<String, Integer> declared = new HashMap<>();
    /** Pairs of nodes, by id, between which nothing gets through. */
    private final Set<Set<String>> cutLinks = new HashSet<>();

    private final List<String> twice = new ArrayList<>();
    private Duration wall = Duration.ZERO;
    private int count;
    private int depth;
    private boolean calm;
    private long steps;

    /** @param fenced false to leave out what this is about, and see it fail */
    EngineSimulation(Store store, long seed, boolean fenced) {
        this.store = store;
        this.random = new Random(seed);
        this.ids = prefix -> prefix + "_" + ++count;
        this.fenced = fenced;
        Fixtures.project(store);
        declare("wl_1", 2, null, 1);
        declare("wl_2", 1, "b", 1);
        declare("wl_3", 1, null, 1);
        NAMES.forEach(name -> begin(name, "home_" + name));
    }

    private void declare(String id, int replicas, @Nullable String pin, int revision) {
        declared.put(id, replicas);
        Workload plain = Fixtures.workload(id, "simulator", revision, null, "fixed", Map.of("replicas", replicas));
        Workload workload = pin == null ? plain : Fixtures.pinned(plain, pin);
        store.<Boolean>write(session -> revision == 1
                ? session.workloads().insert(workload)
                : session.workloads().update(workload));
    }

    private void begin(String name, String homeId) {
        if (depth > 0) {
            return;
        }
        boolean before = calm;
        calm = true;
        try {
            nodes.add(new SimulatedNode(this, name, homeId, ids.next("node")));
            nodes.forEach(node -> node.act(Act.BEAT));
        } catch (NodeConflictException e) {
            // Whoever starts nodes tries again.
        } finally {
            calm = before;
        }
    }

    Instant now() {
        return Fixtures.CREATED.plusNanos(tick).plus(wall);
    }

    @Nullable
    SimulatedNode reachable(SimulatedNode from, String nodeId) {
        return nodes.stream()
                .filter(node -> !node.dead && node.declared.id().equals(nodeId))
                .filter(node -> !cutLinks.contains(Set.of(from.declared.id(), nodeId)) || !from.tookForLive(nodeId))
                .findFirst()
                .orElse(null);
    }

    /** An answer that comes some time after it was given. */
    CompletableFuture<NodePeers.Answer> later(NodePeers.Answer answer) {
        CompletableFuture<NodePeers.Answer> pending = new CompletableFuture<>();
        answers.add(() -> pending.complete(answer));
        return pending;
    }

    /** What happens while a node waits for the store. */
    void meanwhile(SimulatedNode waiting) {
        if (calm || depth >= 2 || random.nextInt(40) > 0) {
            return;
        }
        depth++;
        try {
            int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 50 : 8);
            for (int i = 0; i < length && !waiting.dead; i++) {
                step();
            }
        } finally {
            depth--;
        }
    }

    /** What ran although it had no row, in the words of a person who looks for the reason. */
    List<String> twice() {
        return twice;
    }

    /** Time passes for all of them. */
    void step() {
        tick += STEP;
        steps++;
        if (!calm) {
            disturb();
        }
        if (!answers.isEmpty() && random.nextInt(3) == 0) {
            answers.removeFirst().run();
        }
        for (SimulatedNode node : List.copyOf(nodes)) {
            node.engines.forEach(Engine::look);
            if (fenced) {
                node.act(Act.FENCE);
            }
            if (steps % STEPS_IN_BEAT == Math.floorMod(node.declared.id().hashCode(), STEPS_IN_BEAT)) {
                node.act(Act.BEAT);
            }
            node.act(Act.RUN);
            if (steps % 2 == 0) {
                node.act(Act.DECIDE);
            }
            check();
        }
        if (nodes.size() > 1 && nodes.getFirst().dead && depth == 0) {
            nodes.removeFirst();
        }
        if (calm && steps % STEPS_IN_BEAT == 0) {
            startOneThatIsMissing();
        }
    }

    private void check() {
        Map<String, String> placed = store
                .<List<PlacedReplica>>read(session -> session.replicas().all())
                .stream()
                .collect(Collectors.toMap(PlacedReplica::id, PlacedReplica::nodeId));
        for (SimulatedNode node : nodes) {
            for (Engine engine : node.engines) {
                if (!engine.gone() && !engine.twice && !node.declared.id().equals(placed.get(engine.id()))) {
                    engine.twice = true;
                    if (nodes.stream().anyMatch(other -> !other.dead && !node.knows(other))) {
                        continue;
                    }
                    twice.add("step " + steps + ": " + engine.id() + " of " + engine.workload() + " runs on "
                            + node.declared.id() + (node.cutOff ? ", which is cut off" : "")
                            + (engine.asked ? ", is being ended" : ""));
                }
            }
        }
    }

    private SimulatedNode any() {
        return nodes.get(random.nextInt(nodes.size()));
    }

    private void disturb() {
        switch (random.nextInt(60)) {
            case 0, 1 -> any().cutOff = true;
            case 2 -> any().cutOff = false;
            case 5 -> nodes.forEach(node -> node.cutOff = true);
            case 6 -> nodes.forEach(node -> node.cutOff = false);
            case 11 -> any().kill();
            case 12, 13 -> startOneThatIsMissing();
            case 14 -> replaceOne();
            case 15 -> drain();
            case 16 -> declare("wl_1", 2, null, 1 + ++count);
            case 17 -> wall = wall.plusSeconds(random.nextInt(120) - 60);
            case 18 -> {
                SimulatedNode node = any();
                if (!node.engines.isEmpty()) {
                    node.engines.get(random.nextInt(node.engines.size())).fails();
                }
            }
            case 19, 20, 21 -> cutLink(any(), any());
            case 22 -> cutLinks.clear();
            default -> {
                // Most of the time nothing happens.
            }
        }
    }

    private void cutLink(SimulatedNode one, SimulatedNode other) {
        if (one != other) {
            cutLinks.add(Set.of(one.declared.id(), other.declared.id()));
        }
    }

    private void startOneThatIsMissing() {
        Set<String> there =
                nodes.stream().filter(node -> !node.dead).map(node -> node.name).collect(Collectors.toSet());
        NAMES.stream().filter(name -> !there.contains(name)).findFirst().ifPresent(name -> begin(name, "home_" + name));
    }

    /** Another machine gets the name of one that is taken for gone, and may not be. */
    private void replaceOne() {
        if (nodes.stream().filter(node -> !node.dead).count() < 5) {
            String home = ids.next("home");
            begin(NAMES.get(random.nextInt(NAMES.size())), home);
        }
    }

    private void drain() {
        String id = any().declared.id();
        boolean draining = random.nextBoolean();
        store.<Boolean>write(session -> session.nodes().setDraining(id, draining));
    }

    /** From now on nothing happens to them, and each node is there. */
    void calmDown() {
        calm = true;
        wall = Duration.ZERO;
        nodes.forEach(node -> node.cutOff = false);
        cutLinks.clear();
        begin("d", "home_d"); // Whose name is surely free: it finds out who is gone.
        store.<Boolean>write(session -> {
            session.nodes().all().forEach(node -> session.nodes().setDraining(node.id(), false));
            return true;
        });
    }

    /** Whether exactly what is declared runs, and is ready. */
    boolean isAsDeclared() {
        Map<String, Long> running = nodes.stream()
                .flatMap(node -> node.engines.stream())
                .filter(engine -> !engine.gone())
                .collect(Collectors.groupingBy(
                        engine -> "wl_"
                                + engine.workload().substring(engine.workload().length() - 1),
                        Collectors.counting()));
        boolean ready = nodes.stream()
                .flatMap(node -> node.engines.stream())
                .filter(engine -> !engine.gone())
                .allMatch(Engine::ready);
        return ready
                && declared.entrySet().stream()
                        .allMatch(each -> running.getOrDefault(each.getKey(), 0L)
                                == each.getValue().longValue());
    }

    @Override
    public void close() {
        calm = true;
        nodes.forEach(node -> {
            try {
                node.close();
            } catch (StoreUnavailableException e) {
                // It was dead.
            }
        });
    }
}
