package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.replica.PlacedReplica;
import dev.inferencekey.server.domain.replica.PlacedReplica.Standing;
import dev.inferencekey.server.domain.replica.ReplicaPhase;
import dev.inferencekey.server.domain.workload.Backend;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.node.NodePeers;
import dev.inferencekey.server.ports.runtime.BoundSecret;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs on this node what was placed on it, and tells how it stands; decides nothing.
 *
 * <p>Notes. One thread compares what the board says is to run here with what does, whenever either may have changed. Starting returns at once
 * and stopping happens elsewhere ({@link ReplicaStopper}). Before the node's lease runs out, model servers are killed, since others
 * will start them, unless {@link Fence} knows that nobody can: that is seen to by a thread of its own, which never waits for the store, the first
 * one, or a start. What was placed here before the node was lost is not started afterwards: whoever decides may just be placing it elsewhere.
 * External replicas are only looked at, so that several may look, and one that moves here is left as it is until its first look has ended.
 *
 * <p>Thread-safe. Invariant: {@link #locals} is changed by the agent's thread alone, which looks at the fence once more after it has put
 * something there; whoever closes the fence looks at {@link #locals} afterwards. So nothing is missed by both.
 */
public final class EngineAgent implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineAgent.class);
    private static final Duration DRAIN = Duration.ofMinutes(2);
    private static final Duration LEASE_LOOK = Duration.ofMillis(250);
    private static final Duration STORE_RETRY = Duration.ofSeconds(1);
    private static final int LOG_LINES = 200;

    /**
     * What the agent works with.
     *
     * @param publish brings what was written to the store into force on this node
     * @param drivers closed with the agent
     * @param peers the other nodes, as soon as there is a way to them
     * @param ticker monotonic nanoseconds, from any origin
     * @param advertised where other nodes reach this one, {@code HOST:PORT}; null if they can't
     */
    public record Parts(
            Store store,
            SecretCipher cipher,
            AccessTableWriter table,
            ReplicaBoard board,
            Membership membership,
            Runnable publish,
            Supplier<NodePeers> peers,
            List<RuntimeDriver> drivers,
            @Nullable String advertised,
            InstantSource clock,
            LongSupplier ticker) {
        public Parts {
            drivers = List.copyOf(drivers);
        }
    }

    private record Report(String replicaId, String workloadId, Standing standing) {}

    private record Started(Workload workload, @Nullable BoundSecret upstream, Map<String, BoundSecret> environment) {}

    private final Parts parts;
    private final Map<String, RuntimeDriver> drivers;
    private final UpstreamSecrets secrets;
    private final ReplicaStopper stopper;
    private final Fence fence;
    private final Semaphore wakeUps = new Semaphore(0);
    private final Map<String, LocalReplica> locals = new ConcurrentHashMap<>();
    /** What the last replica that failed printed, by workload. */
    private final Map<String, List<String>> lastWords = new ConcurrentHashMap<>();

    private final Thread thread =
            Thread.ofPlatform().name("engine-agent").daemon().unstarted(this::run);
    private final Thread fencing =
            Thread.ofPlatform().name("engine-fence").daemon().unstarted(this::watchLease);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean closing;
    /** How often this node had been lost by the last round that went well. */
    private long losses;

    private EngineAgent(Parts parts) {
        this.parts = parts;
        this.drivers = byBackend(parts.drivers());
        this.secrets = new UpstreamSecrets(parts.cipher());
        this.stopper = new ReplicaStopper(parts.table(), DRAIN);
        this.fence = new Fence(parts.membership(), parts.peers(), parts.ticker());
        this.losses = parts.membership().losses();
        parts.board().onChange(this::wake);
    }

    /**
     * Forgets what ran on nodes that are not there any more, such as an earlier start of this one; to be called before anyone reads what
     * serves. External replicas are left to whoever takes them over.
     */
    public static void forgetEarlierRuns(Store store) {
        store.<Boolean>write(session -> {
            // Together with what is placed: by what was known a moment before, a node that has just come is none.
            Set<String> known = session.nodes().all().stream().map(Node::id).collect(Collectors.toSet());
            forget(session, replica -> !known.contains(replica.nodeId()));
            return true;
        });
    }

    private static void forget(StoreSession session, Predicate<PlacedReplica> which) {
        session.replicas().all().stream()
                .filter(which.and(replica -> !replica.external()))
                .forEach(replica -> {
                    session.replicas().remove(replica.id());
                    session.accessChanges().append(Subject.REPLICA, replica.workloadId());
                });
    }

    /** Begins to run what is placed here; owns the drivers, and stops all that runs at {@link #close}. */
    public static EngineAgent start(Parts parts) {
        EngineAgent agent = unstarted(parts);
        if (parts.store().sharedByNodes()) {
            agent.fencing.start();
        }
        agent.thread.start();
        return agent;
    }

    /** One that only acts when {@link #round} and {@link #lookAtLease} are called: for tests that own the time. */
    static EngineAgent unstarted(Parts parts) {
        return new EngineAgent(parts);
    }

    /** Something may have changed. Returns at once. */
    public void wake() {
        wakeUps.release();
    }

    /** The last lines that this node's model servers of the workload printed, oldest first: those that run, or else the last that failed. */
    public List<String> logTail(String workloadId, int limit) {
        List<LocalReplica> running = locals.values().stream()
                .filter(local -> local.workloadId.equals(workloadId))
                .toList();
        List<String> printed =
                new ArrayList<>(running.isEmpty() ? lastWords.getOrDefault(workloadId, List.of()) : List.of());
        running.forEach(local -> printed.addAll(local.replica.logTail(limit)));
        return printed.size() <= limit ? printed : printed.subList(printed.size() - limit, printed.size());
    }

    /** A replica that runs here; null if it does not. */
    @Nullable
    Replica replica(String replicaId) {
        LocalReplica local = locals.get(replicaId);
        return local == null ? null : local.replica;
    }

    private void run() {
        Duration pause = Duration.ZERO;
        while (!closing) {
            try {
                var _ = wakeUps.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
                // What comes between the look and the wait leaves a permit behind, so nothing is slept through.
                wakeUps.drainPermits();
                round();
                pause = LEASE_LOOK;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                if (!pause.equals(STORE_RETRY)) {
                    LOG.atWarn()
                            .setCause(e)
                            .log("what runs on this node can't be brought in line now; it is tried again");
                }
                pause = STORE_RETRY;
            }
        }
    }

    private void watchLease() {
        try {
            do {
                try {
                    var _ = lookAtLease();
                } catch (RuntimeException | Error e) {
                    LOG.atError().setCause(e).log("the lease of this node could not be looked at; trying again");
                }
            } while (!ended.await(fence.pause().toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ends all that runs here if others may act as if this node was gone, or soon may. Returns at once, whatever becomes of the store.
     *
     * @return whether anything may run
     */
    boolean lookAtLease() {
        boolean open = fence.look();
        if (!open) {
            locals.values().forEach(this::endAtOnce);
            stopper.killAll(); // Afterwards, since what is stopped moves from there to here.
        }
        return open;
    }

    private void endAtOnce(LocalReplica local) {
        if (local.gone || local.external) {
            return;
        }
        if (!local.lost) {
            LOG.atWarn()
                    .addKeyValue("replica", local.replica.id())
                    .log("ending a replica: its node is cut off from the store, or another one has taken its place");
            local.lost = true;
        }
        stopper.kill(local.replica, () -> {
            local.gone = true;
            wake();
        });
    }

    /** Compares once what is to run here with what does. */
    void round() {
        Fence.Pass pass = fence.pass();
        if (!parts.membership().holdsLease()) {
            return;
        }
        boolean wasLost = pass.losses() != losses;
        List<PlacedReplica> left = new ArrayList<>();
        List<Report> reports = new ArrayList<>();
        Set<String> placed = new HashSet<>();
        for (PlacedReplica replica : parts.board().here()) {
            placed.add(replica.id());
            LocalReplica local = locals.get(replica.id());
            if (local == null && replica.wanted()) {
                local = begin(replica, pass, wasLost, reports);
            }
            if (replica.wanted() && local != null) {
                report(local, reports);
            } else if (local != null) {
                LOG.atInfo().addKeyValue("replica", replica.id()).log("stopping a replica");
                stopper.stop(local.replica, this::wake);
                locals.remove(replica.id()); // Afterwards, so that whoever closes the fence finds it here or there.
            } else if (!replica.wanted() && !stopper.ends(replica.id())) {
                left.add(replica);
            }
        }
        for (LocalReplica local : List.copyOf(locals.values())) {
            if (!placed.contains(local.replica.id())) {
                stopper.kill(local.replica, this::wake);
                locals.remove(local.replica.id());
            }
        }
        write(reports, left);
        if (fence.allows(
                pass)) { // Else what was placed before a loss may have been passed over, and is looked at again.
            losses = pass.losses();
        }
    }

    private @Nullable LocalReplica begin(PlacedReplica placed, Fence.Pass pass, boolean wasLost, List<Report> reports) {
        if (placed.phase() == ReplicaPhase.FAILED || !fence.allows(pass)) {
            return null;
        }
        if ((placed.ready() || wasLost) && !placed.external()) {
            reports.add(new Report(placed.id(), placed.workloadId(), LocalReplica.CUT_OFF));
            return null;
        }
        Started from = parts.store()
                .read(session -> session.workloads()
                        .find(placed.workloadId())
                        .filter(workload ->
                                workload.revision() == placed.version().revision())
                        .map(workload -> new Started(
                                workload, secrets.bound(session, workload), secrets.environment(session, workload)))
                        .orElse(null));
        if (from == null || !fence.allows(pass)) {
            return null; // Another version is declared by now, which whoever decides will see too; or it took too long.
        }
        Workload workload = from.workload();
        RuntimeDriver driver = drivers.get(workload.backend());
        if (driver == null) {
            reports.add(new Report(
                    placed.id(),
                    placed.workloadId(),
                    LocalReplica.failed("this node has no way to run the backend " + workload.backend(), false)));
            return null;
        }
        ReplicaSpec spec = new ReplicaSpec(
                placed.id(),
                workload.projectSlug() + "/" + workload.slug(),
                workload.taskType(),
                workload.backend(),
                workload.modelName(),
                workload.config() == null ? Map.of() : workload.config(),
                from.upstream(),
                from.environment());
        LOG.atInfo()
                .addKeyValue("workload", spec.workload())
                .addKeyValue("replica", spec.replicaId())
                .addKeyValue("revision", workload.revision())
                .log("starting a replica");
        LocalReplica local = new LocalReplica(
                driver.start(spec, this::wake),
                placed,
                workload.backend().equals(Backend.EXTERNAL.wire()),
                parts.cipher(),
                parts.advertised(),
                parts.clock());
        locals.put(placed.id(), local);
        if (!fence.allows(pass)) {
            endAtOnce(local);
        }
        return local;
    }

    private void report(LocalReplica local, List<Report> reports) {
        Standing now = local.standing();
        if (now.phase() == ReplicaPhase.FAILED && local.reported.phase() != ReplicaPhase.FAILED && !local.lost) {
            lastWords.put(local.workloadId, local.replica.logTail(LOG_LINES));
        }
        boolean moved = local.reported.phase() != ReplicaPhase.STARTING && now.phase() == ReplicaPhase.STARTING;
        if (!moved && !now.equals(local.reported)) {
            reports.add(new Report(local.replica.id(), local.workloadId, now));
        }
    }

    private void write(List<Report> reports, List<PlacedReplica> left) {
        if (reports.isEmpty() && left.isEmpty()) {
            return;
        }
        String nodeId = parts.membership().id();
        parts.store().<Boolean>append(session -> {
            Set<String> workloads = new TreeSet<>();
            for (Report report : reports) {
                session.replicas().report(report.replicaId(), nodeId, report.standing());
                workloads.add(report.workloadId());
            }
            for (PlacedReplica replica : left) {
                session.replicas().remove(replica.id());
                workloads.add(replica.workloadId());
            }
            workloads.forEach(id -> session.accessChanges().append(Subject.REPLICA, id));
            return true;
        });
        for (Report report : reports) {
            LocalReplica local = locals.get(report.replicaId());
            if (local != null) {
                local.reported = report.standing();
            }
        }
        parts.publish().run();
    }

    @Override
    public void close() {
        closing = true;
        wakeUps.release();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        locals.values().forEach(local -> stopper.stop(local.replica, () -> {}));
        stopper.close();
        ended.countDown();
        try {
            fencing.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        parts.drivers().forEach(EngineAgent::close);
        if (parts.board().here().isEmpty()) {
            return;
        }
        try {
            parts.store().<Boolean>write(session -> {
                forget(
                        session,
                        replica -> replica.nodeId().equals(parts.membership().id()));
                return true;
            });
        } catch (RuntimeException e) {
            LOG.atInfo()
                    .setCause(e)
                    .log("what ran here could not be taken off the store; that is done at the next start");
        }
    }

    private static Map<String, RuntimeDriver> byBackend(List<RuntimeDriver> drivers) {
        Map<String, RuntimeDriver> byBackend = new HashMap<>();
        for (RuntimeDriver driver : drivers) {
            for (String backend : driver.backends()) {
                if (byBackend.put(backend, driver) != null) {
                    throw new IllegalArgumentException("two drivers for the backend " + backend);
                }
            }
        }
        return Map.copyOf(byBackend);
    }

    private static void close(RuntimeDriver driver) {
        try {
            driver.close();
        } catch (Exception e) {
            LOG.atError().addKeyValue("driver", driver.backends()).setCause(e).log("a runtime could not be closed");
        }
    }
}
