package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.background.usage.ActivityListener;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.replica.EngineNode;
import dev.inferencekey.server.domain.replica.GoalPolicy;
import dev.inferencekey.server.domain.replica.PlacedReplica;
import dev.inferencekey.server.domain.replica.ReplicaVersion;
import dev.inferencekey.server.domain.replica.WorkloadRun;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.node.Leases;
import dev.inferencekey.server.ports.node.Leases.Lease;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.LostLeaseException;
import dev.inferencekey.server.ports.store.ReplicaStore;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what runs where, again and again, so that it becomes what is declared; on one node at a time.
 *
 * <p>Notes. One thread looks at every workload whenever something may have changed (a declaration, a replica, a node, the load, the time) and
 * at the latest every 30 s: what was missed is found then. All that it goes by is in the store, so that any node can go on where another one
 * ended; for each workload {@link GoalPolicy} says what there should be, {@link ReconcileStep} what to do next, and what was decided is written by
 * the lease of the one that decides. {@link EngineAgent}s do it. A node that does not hold the lease leaves word of what its callers ask
 * for, for the one that does.
 *
 * <p>Thread-safe.
 */
public final class Reconciler implements ActivityListener, AutoCloseable {
    /** What the lease is called by which one node decides. */
    public static final String LEASE = "reconciler";

    /** How long a workload without requests counts as in demand, unless told otherwise. */
    public static final Duration DEFAULT_IDLE = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    private static final Duration RESYNC = Duration.ofSeconds(30);
    private static final Duration STORE_RETRY = Duration.ofSeconds(1);
    /** How often a node that does not decide tries to, and whoever decides looks for nodes that came or went. */
    private static final Duration NODE_LOOK = Duration.ofMillis(500);
    /** How often, at most, word is left of a workload that is in use. */
    private static final Duration IN_USE = Duration.ofSeconds(30);
    /** How often, at most, word is left of one that callers wait for. */
    private static final Duration AWAITED = Duration.ofSeconds(1);

    /**
     * What the reconciler works with.
     *
     * @param publish brings what was written to the store into force on this node
     * @param backends those that nodes can run
     * @param mayDecide false where decisions can't be written, as on a node that only serves calls
     * @param ticker monotonic nanoseconds, from any origin
     * @param idle how long a workload without requests counts as in demand
     */
    public record Parts(
            Store store,
            SecretCipher cipher,
            AccessTableWriter table,
            ReplicaBoard board,
            Membership membership,
            Leases leases,
            Runnable publish,
            Set<String> backends,
            boolean mayDecide,
            IdSource ids,
            InstantSource clock,
            LongSupplier ticker,
            RandomGenerator random,
            Duration idle) {
        public Parts {
            backends = Set.copyOf(backends);
        }
    }

    private final Parts parts;
    private final GoalPolicy goals;
    private final UpstreamSecrets secrets;
    private final Demand demand;
    private final Semaphore wakeUps = new Semaphore(0);
    /** The workloads of which word is to be left, and when that is due. */
    private final Map<String, Instant> toAsk = new ConcurrentHashMap<>();

    private final Map<String, Instant> askedAt = new ConcurrentHashMap<>();
    private final Thread thread =
            Thread.ofPlatform().name("reconciler").daemon().unstarted(this::run);
    private volatile boolean closing;
    private volatile @Nullable Lease lease;

    /** Since when this node has reached the store without a break, as far as it was looked; guarded by this. */
    private long reachedSince;

    /** How often the node was lost by then; guarded by this. */
    private long losses;

    private Reconciler(Parts parts) {
        this.parts = parts;
        this.goals = new GoalPolicy(parts.backends());
        this.secrets = new UpstreamSecrets(parts.cipher());
        this.demand = new Demand(parts.clock(), parts.idle());
        this.reachedSince = parts.ticker().getAsLong();
        this.losses = parts.membership().losses();
        parts.board().onChange(this::wake);
    }

    /** Begins to decide, or to wait until this node may. */
    public static Reconciler start(Parts parts) {
        Reconciler reconciler = unstarted(parts);
        reconciler.thread.start();
        return reconciler;
    }

    /** One that only looks when {@link #reconcile} is called: for tests that own the time. */
    static Reconciler unstarted(Parts parts) {
        return new Reconciler(parts);
    }

    /** Something may have changed. Returns at once. */
    public void wake() {
        wakeUps.release();
    }

    @Override
    public void requestEnded(String workloadId, Instant at) {
        if (lease != null) {
            demand.asked(workloadId);
        } else if (parts.board().wakes(workloadId)) {
            toAsk.putIfAbsent(workloadId, lastAsked(workloadId).plus(IN_USE));
        }
    }

    @Override
    public void requestWaits(String workloadId) {
        if (lease == null) {
            Instant due = lastAsked(workloadId).plus(AWAITED);
            Instant before = toAsk.put(workloadId, due);
            if (before == null || before.isAfter(due)) {
                wake();
            }
        } else if (demand.asked(workloadId)) {
            wake();
        }
    }

    private Instant lastAsked(String workloadId) {
        return askedAt.getOrDefault(workloadId, Instant.EPOCH);
    }

    @Override
    public void close() {
        closing = true;
        wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Lease held = lease;
        if (held != null) {
            try {
                parts.leases().release(held);
            } catch (RuntimeException e) {
                LOG.atInfo().setCause(e).log("the reconciler's lease could not be given back; it runs out by itself");
            }
        }
    }

    private void run() {
        boolean away = false;
        Set<EngineNode> nodes = Set.of();
        Instant next = Instant.MIN;
        while (!closing) {
            try {
                Set<EngineNode> now = new HashSet<>(
                        nodes(parts.membership().nodes(), parts.ticker().getAsLong()));
                boolean woken = wakeUps.drainPermits() > 0;
                if (woken || !now.equals(nodes) || !parts.clock().instant().isBefore(next)) {
                    nodes = now;
                    next = reconcile();
                    away = false;
                }
            } catch (RuntimeException e) {
                if (!away) {
                    LOG.atWarn().setCause(e).log("what should run can't be decided now; what runs goes on");
                }
                away = true;
                next = parts.clock().instant().plus(STORE_RETRY);
            }
            try {
                Duration left = Duration.between(parts.clock().instant(), next);
                Duration pause = left.compareTo(NODE_LOOK) < 0 ? left : NODE_LOOK;
                if (wakeUps.tryAcquire(Math.max(1, pause.toMillis()), TimeUnit.MILLISECONDS)) {
                    wakeUps.release(); // It is for the look, which takes all that have come by then.
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /**
     * Whether this node may start elsewhere what a lost node runs, or may before half of a lease is over. What it answers to others that ask is
     * so earlier than what it does: whoever hears it has the time to end what it runs. That goes by the shortest lease, of nodes that are lost, too:
     * theirs is what it would start elsewhere.
     */
    public boolean decidesOnOthers() {
        Duration lease = parts.membership().nodes().stream()
                .map(node -> node.declared().lease())
                .min(Duration::compareTo)
                .orElse(Duration.ZERO);
        return parts.mayDecide() && reachedBy(parts.ticker().getAsLong()) >= lease.toNanos() / 2;
    }

    /**
     * For how long the store had been reached by this tick without a break, and has been since; nanoseconds, negative if not since. Breaks in which
     * nobody looked are not counted, and need not be: each answer to another node comes from a look, and what is decided never comes sooner after a
     * look that found a break than such an answer says.
     */
    private synchronized long reachedBy(long tick) {
        long lossesNow = parts.membership().losses();
        if (!parts.membership().reachesStore() || lossesNow != losses) {
            losses = lossesNow;
            reachedSince = parts.ticker().getAsLong();
        }
        return tick - reachedSince;
    }

    /**
     * The nodes that can run anything. After an outage of the store every node takes every other one for lost, until that is heard of again: so for the
     * time of its lease, a node is waited for before what it runs is started elsewhere. That time has to be over before the nodes are read: one that
     * was silent then may be back before the answer has come. And it must not have begun anew until now: else this node may have said by then
     * that it decides nothing.
     *
     * @param readAfter a tick from before they were read
     */
    private List<EngineNode> nodes(List<Node> known, long readAfter) {
        long reachedFor = reachedBy(readAfter);
        return known.stream()
                .filter(node -> node.declared().role().servesControlPlane())
                .map(node -> EngineNode.of(
                        node,
                        node.live() || reachedFor < node.declared().lease().toNanos()))
                .toList();
    }

    /** Looks at everything once; returns when to look again although nothing has changed. */
    Instant reconcile() {
        Instant now = parts.clock().instant().truncatedTo(ChronoUnit.MICROS);
        Lease before = lease;
        Lease held = parts.mayDecide() ? parts.leases().tryHold(LEASE).orElse(null) : null;
        lease = held;
        if (held == null) {
            leaveWord(now);
            return now.plus(NODE_LOOK);
        }
        long readAfter = parts.ticker().getAsLong();
        Look look = parts.store().read(this::look);
        if (!held.equals(before)) {
            // Whoever decided before knew what is in use; until that is known here, what runs is.
            look.facts().values().stream()
                    .filter(facts -> facts.replicas().stream().anyMatch(PlacedReplica::wanted))
                    .forEach(facts -> demand.asked(facts.workloadId()));
        }
        look.asked().forEach(demand::asked);
        toAsk.keySet().forEach(demand::asked);
        toAsk.clear();
        return decide(look, readAfter, held, now);
    }

    /** What one transaction saw. */
    private record Look(
            List<Workload> workloads,
            Map<String, UpstreamSecrets.Reference> secrets,
            Map<String, WorkloadFacts> facts,
            List<Node> nodes,
            List<String> asked) {}

    private Look look(StoreSession session) {
        List<Workload> workloads = session.workloads().all();
        Map<String, UpstreamSecrets.Reference> references = new HashMap<>();
        workloads.forEach(workload -> references.put(workload.id(), secrets.reference(session, workload)));
        return new Look(
                workloads,
                references,
                WorkloadFacts.all(session.replicas()),
                session.nodes().all(),
                session.replicas().asked());
    }

    private Instant decide(Look look, long readAfter, Lease held, Instant now) {
        List<EngineNode> nodes = nodes(look.nodes(), readAfter);
        Map<String, Integer> load = new HashMap<>();
        look.facts().values().stream()
                .flatMap(facts -> facts.replicas().stream())
                .filter(PlacedReplica::wanted)
                .forEach(replica -> load.merge(replica.nodeId(), 1, Integer::sum));
        Instant next = now.plus(RESYNC);
        Map<String, ReconcileStep> steps = new LinkedHashMap<>();
        Set<String> gone = new TreeSet<>(look.facts().keySet());
        for (Workload workload : look.workloads()) {
            String id = workload.id();
            gone.remove(id);
            try {
                WorkloadFacts facts = look.facts().getOrDefault(id, new WorkloadFacts(id, null, List.of()));
                noteUse(facts);
                UpstreamSecrets.Reference secret =
                        Objects.requireNonNull(look.secrets().get(id));
                GoalPolicy.Decision decision = goals.decide(workload, secret.problem(), nodes, demand.of(id, now), now);
                ReconcileStep step =
                        ReconcileStep.of(workload, facts, decision, secret.setAt(), nodes, load, now, parts.random());
                steps.put(id, step);
                step.plan().startOn().forEach(node -> load.merge(node, 1, Integer::sum));
                next = earlier(next, GoalPolicy.nextChange(workload, now));
                next = earlier(
                        next, Objects.requireNonNull(step.run()).restarts().nextAttempt(now));
                next = earlier(next, demand.end(id, now));
            } catch (RuntimeException e) {
                // One workload's trouble is not the others'; it is looked at again at the next round.
                LOG.atError().addKeyValue("workload", id).setCause(e).log("reconciling failed");
                next = earlier(next, now.plus(STORE_RETRY));
            }
        }
        for (String id : gone) {
            demand.forget(id);
            steps.put(
                    id,
                    ReconcileStep.ofGone(
                            Objects.requireNonNull(look.facts().get(id)).replicas(), nodes));
        }
        write(look, steps, held, now);
        return next;
    }

    /** A workload with a request under way is in use, however long that takes. */
    private void noteUse(WorkloadFacts facts) {
        if (facts.replicas().stream().anyMatch(replica -> parts.table().outstanding(replica.id()) > 0)) {
            demand.asked(facts.workloadId());
        }
    }

    private void write(Look look, Map<String, ReconcileStep> steps, Lease held, Instant now) {
        Map<String, List<PlacedReplica>> fresh = new HashMap<>();
        Map<String, ReconcileStep> changes = new LinkedHashMap<>();
        steps.forEach((id, step) -> {
            WorkloadFacts before = look.facts().get(id);
            WorkloadRun run = before == null ? null : before.run();
            if (step.plan().isEmpty() && step.noted().isEmpty() && Objects.equals(run, step.run())) {
                return;
            }
            changes.put(id, step);
            ReplicaVersion version = step.run() == null ? null : step.run().version();
            if (version != null) {
                fresh.put(
                        id,
                        step.plan().startOn().stream()
                                .map(node -> PlacedReplica.fresh(parts.ids().next("rep"), id, node, version, now))
                                .toList());
            }
        });
        if (changes.isEmpty() && look.asked().isEmpty()) {
            return;
        }
        try {
            parts.store().<Boolean>append(session -> {
                session.leases().requireHeld(held);
                ReplicaStore replicas = session.replicas();
                look.asked().forEach(replicas::heard);
                changes.forEach((id, step) -> write(replicas, id, step, fresh.getOrDefault(id, List.of())));
                changes.keySet().forEach(id -> session.accessChanges().append(Subject.REPLICA, id));
                return true;
            });
        } catch (LostLeaseException e) {
            lease = null; // Another node decides by now.
            return;
        }
        parts.publish().run();
    }

    private static void write(ReplicaStore replicas, String workloadId, ReconcileStep step, List<PlacedReplica> fresh) {
        WorkloadRun run = step.run();
        step.noted().forEach(replicas::note);
        step.plan().move().forEach(replicas::move);
        step.plan().stop().forEach(replicas::unwant);
        step.plan().forget().forEach(replicas::remove);
        fresh.forEach(replicas::insert);
        if (run != null) {
            replicas.putRun(run);
        } else {
            replicas.removeRun(workloadId);
        }
    }

    /** Tells the node that decides what is asked for here, and what runs here and is in use. */
    private void leaveWord(Instant now) {
        for (PlacedReplica replica : parts.board().here()) {
            if (parts.table().outstanding(replica.id()) > 0 && parts.board().wakes(replica.workloadId())) {
                toAsk.putIfAbsent(
                        replica.workloadId(), lastAsked(replica.workloadId()).plus(IN_USE));
            }
        }
        List<String> due = toAsk.entrySet().stream()
                .filter(each -> !now.isBefore(each.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        if (due.isEmpty()) {
            return;
        }
        parts.store().<Boolean>append(session -> {
            due.forEach(id -> {
                session.replicas().ask(id);
                session.accessChanges().append(Subject.REPLICA, id);
            });
            return true;
        });
        for (String id : due) {
            toAsk.remove(id);
            askedAt.put(id, now);
        }
    }

    private static Instant earlier(Instant a, @Nullable Instant b) {
        return b != null && b.isBefore(a) ? b : a;
    }
}
