package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.replica.PlacedReplica;
import dev.inferencekey.server.domain.replica.PlacedReplica.Standing;
import dev.inferencekey.server.domain.replica.ReplicaAddress;
import dev.inferencekey.server.domain.replica.ReplicaPhase;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.node.NodePeers;
import dev.inferencekey.server.ports.runtime.BoundSecret;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
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
 * and stopping happens elsewhere ({@link ReplicaStopper}). When the node's lease has run out, model servers are killed at once, since others
 * will start them, unless {@link Fence} knows that nobody can. External replicas are only looked at, so that
 * several may look, and one that moves here is left as it is until its first look has ended.
 *
 * <p>Thread-safe. Invariant: {@link #locals} is changed by the agent's thread alone.
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

    /** A replica that runs here. */
    private static final class Local {
        final Replica replica;
        final String workloadId;
        /** What its row says of it. */
        Standing reported;

        @Nullable
        ReplicaTarget target;

        @Nullable
        ReplicaAddress address;

        @Nullable
        Instant readySince;

        boolean lost;
        boolean wordsKept;

        Local(Replica replica, PlacedReplica placed) {
            this.replica = replica;
            this.workloadId = placed.workloadId();
            this.reported = placed.standing();
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
    private final Map<String, Local> locals = new ConcurrentHashMap<>();
    /** What the last replica that failed printed, by workload. */
    private final Map<String, List<String>> lastWords = new ConcurrentHashMap<>();

    private final Thread thread =
            Thread.ofPlatform().name("engine-agent").daemon().unstarted(this::run);
    private volatile boolean closing;

    private EngineAgent(Parts parts) {
        this.parts = parts;
        this.drivers = byBackend(parts.drivers());
        this.secrets = new UpstreamSecrets(parts.cipher());
        this.stopper = new ReplicaStopper(parts.table(), DRAIN);
        this.fence = new Fence(parts.membership(), parts.peers(), parts.ticker());
        parts.board().onChange(this::wake);
    }

    /**
     * Forgets what ran on nodes that are not there any more, such as an earlier start of this one; to be called before anyone reads what
     * serves. External replicas are left to whoever takes them over.
     */
    public static void forgetEarlierRuns(Store store, Membership membership) {
        Set<String> known = membership.nodes().stream().map(Node::id).collect(Collectors.toSet());
        forget(store, replica -> !known.contains(replica.nodeId()) && !replica.external());
    }

    private static void forget(Store store, Predicate<PlacedReplica> which) {
        store.<Boolean>write(session -> {
            session.replicas().all().stream().filter(which).forEach(replica -> {
                session.replicas().remove(replica.id());
                session.accessChanges().append(Subject.REPLICA, replica.workloadId());
            });
            return true;
        });
    }

    /** Begins to run what is placed here; owns the drivers, and stops all that runs at {@link #close}. */
    public static EngineAgent start(Parts parts) {
        EngineAgent agent = unstarted(parts);
        agent.thread.start();
        return agent;
    }

    /** One that only acts when {@link #round} is called: for tests that own the time. */
    static EngineAgent unstarted(Parts parts) {
        return new EngineAgent(parts);
    }

    /** Something may have changed. Returns at once. */
    public void wake() {
        wakeUps.release();
    }

    /** The last lines that this node's model servers of the workload printed, oldest first: those that run, or else the last that failed. */
    public List<String> logTail(String workloadId, int limit) {
        List<Local> running = locals.values().stream()
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
        Local local = locals.get(replicaId);
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

    /** Compares once what is to run here with what does. */
    void round() {
        if (!fence.mayRun()) {
            endAll();
        }
        if (!parts.membership().holdsLease()) {
            return;
        }
        List<PlacedReplica> left = new ArrayList<>();
        List<Report> reports = new ArrayList<>();
        Set<String> placed = new HashSet<>();
        for (PlacedReplica replica : parts.board().here()) {
            placed.add(replica.id());
            Local local = locals.get(replica.id());
            if (local == null && replica.wanted()) {
                local = begin(replica, reports);
            }
            if (replica.wanted() && local != null) {
                report(local, reports);
            } else if (local != null) {
                LOG.atInfo().addKeyValue("replica", replica.id()).log("stopping a replica");
                locals.remove(replica.id());
                stopper.stop(local.replica, this::wake);
            } else if (!replica.wanted() && !stopper.stops(replica.id())) {
                left.add(replica);
            }
        }
        locals.values().removeIf(local -> !placed.contains(local.replica.id()) && endAtOnce(local));
        write(reports, left);
    }

    private @Nullable Local begin(PlacedReplica placed, List<Report> reports) {
        if (placed.phase() == ReplicaPhase.FAILED) {
            return null;
        }
        if (placed.ready() && !placed.external()) {
            reports.add(new Report(
                    placed.id(),
                    placed.workloadId(),
                    failed("it ended when its node was cut off from the store", true)));
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
        if (from == null) {
            return null; // Another version is declared by now; whoever decides will see that too.
        }
        Workload workload = from.workload();
        RuntimeDriver driver = drivers.get(workload.backend());
        if (driver == null) {
            reports.add(new Report(
                    placed.id(),
                    placed.workloadId(),
                    failed("this node has no way to run the backend " + workload.backend(), false)));
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
        Local local = new Local(driver.start(spec, this::wake), placed);
        locals.put(placed.id(), local);
        return local;
    }

    private void report(Local local, List<Report> reports) {
        Standing now = standing(local);
        boolean moved = local.reported.phase() != ReplicaPhase.STARTING && now.phase() == ReplicaPhase.STARTING;
        if (!moved && !now.equals(local.reported)) {
            reports.add(new Report(local.replica.id(), local.workloadId, now));
        }
    }

    private Standing standing(Local local) {
        if (local.lost) {
            return failed("it ended when its node was cut off from the store", true);
        }
        return switch (local.replica.status()) {
            case ReplicaStatus.Starting(String step, String message) ->
                new Standing(ReplicaPhase.STARTING, step, message, true, null, null);
            case ReplicaStatus.Ready(ReplicaTarget target, String note) ->
                new Standing(ReplicaPhase.READY, "", note, true, readySince(local), address(local, target));
            case ReplicaStatus.Unable(String message) ->
                new Standing(ReplicaPhase.UNABLE, "", message, true, local.readySince, null);
            case ReplicaStatus.Failed(String message, boolean retryable) -> {
                if (!local.wordsKept) {
                    local.wordsKept = true;
                    lastWords.put(local.workloadId, local.replica.logTail(LOG_LINES));
                }
                yield failed(message, retryable);
            }
        };
    }

    private static Standing failed(String message, boolean retryable) {
        return new Standing(ReplicaPhase.FAILED, "", message, retryable, null, null);
    }

    private Instant readySince(Local local) {
        Instant since = local.readySince;
        if (since == null) {
            since = parts.clock().instant().truncatedTo(ChronoUnit.MICROS);
            local.readySince = since;
        }
        return since;
    }

    private ReplicaAddress address(Local local, ReplicaTarget target) {
        String node = parts.advertised();
        ReplicaAddress known = local.address;
        if (known == null || !target.equals(local.target) || !Objects.equals(node, known.node())) {
            String secret = target.bearerSecret();
            known = new ReplicaAddress(
                    target.baseUrl(),
                    target.model(),
                    secret == null ? null : sealed(secret, target.replicaId()),
                    target.external(),
                    target.routesBelowV1(),
                    node);
            local.address = known;
            local.target = target;
        }
        return known;
    }

    private String sealed(String secret, String replicaId) {
        return Base64.getEncoder().encodeToString(parts.cipher().seal(secret, ReplicaBoard.sealContext(replicaId)));
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
            Local local = locals.get(report.replicaId());
            if (local != null) {
                local.reported = report.standing();
            }
        }
        parts.publish().run();
    }

    /** Others may already act as if this node was gone. */
    private void endAll() {
        for (Local local : locals.values()) {
            boolean external = local.address != null && local.address.external();
            if (!local.lost && !external) {
                LOG.atWarn()
                        .addKeyValue("replica", local.replica.id())
                        .log("ending a replica: this node was cut off from the store for the time of its lease");
                local.lost = true;
                endAtOnce(local);
            }
        }
    }

    private static boolean endAtOnce(Local local) {
        Thread.ofVirtual().name("kill-" + local.replica.id()).start(local.replica::kill);
        return true;
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
        parts.drivers().forEach(EngineAgent::close);
        if (parts.board().here().isEmpty()) {
            return;
        }
        try {
            forget(
                    parts.store(),
                    replica -> replica.nodeId().equals(parts.membership().id()) && !replica.external());
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
