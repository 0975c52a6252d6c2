package dev.inferencekey.server.background;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that runs. One round compares what is declared with it, acts, and tells how it stands. Confined to the thread that
 * reconciles, but for {@link #logTail}.
 */
final class Fleet {
    private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);

    private final ReconcilerConfig config;
    private final Map<String, RuntimeDriver> drivers;
    private final SecretCipher cipher;
    private final IdSource ids;
    private final AccessTableWriter table;
    private final RandomGenerator jitter;
    private final StatusBoard board;
    private final Runnable onChange;
    private final Consumer<Replica> stopper;
    private final Map<String, Crew> crews = new HashMap<>();
    private final Map<String, Crew.LogSources> logs = new ConcurrentHashMap<>();

    /**
     * @param onChange asks for another round
     * @param stopper stops a replica without keeping the caller
     */
    Fleet(
            ReconcilerConfig config,
            Map<String, RuntimeDriver> drivers,
            SecretCipher cipher,
            IdSource ids,
            AccessTableWriter table,
            RandomGenerator jitter,
            StatusBoard board,
            Runnable onChange,
            Consumer<Replica> stopper) {
        this.config = config;
        this.drivers = Map.copyOf(drivers);
        this.cipher = cipher;
        this.ids = ids;
        this.table = table;
        this.jitter = jitter;
        this.board = board;
        this.onChange = onChange;
        this.stopper = stopper;
    }

    /**
     * One round.
     *
     * @param lastActivity when a workload was last asked for, {@link Instant#MIN} if never
     * @return when to look again at the latest, {@link Instant#MAX} if only news can change anything
     */
    Instant reconcile(List<Declaration> declarations, Function<String, Instant> lastActivity, Instant now) {
        Instant next = Instant.MAX;
        Set<String> declared = new HashSet<>();
        for (Declaration declaration : declarations) {
            declared.add(declaration.workload().id());
            Instant active = later(
                    lastActivity.apply(declaration.workload().id()),
                    declaration.workload().updatedAt());
            next = earlier(next, reconcile(declaration, active, now));
        }
        for (Iterator<Map.Entry<String, Crew>> entries = crews.entrySet().iterator(); entries.hasNext(); ) {
            Map.Entry<String, Crew> entry = entries.next();
            if (!declared.contains(entry.getKey())) {
                entries.remove();
                forget(entry.getKey(), entry.getValue(), now);
            }
        }
        return next;
    }

    private Instant reconcile(Declaration declaration, Instant lastActivity, Instant now) {
        Workload workload = declaration.workload();
        Crew crew = crews.computeIfAbsent(workload.id(), id -> new Crew(declaration.generation(), now));
        crew.turnTo(declaration.generation(), now);
        for (ReplicaStatus.Failed failure : crew.observe(now, jitter)) {
            LOG.warn("replica failed workload={} reason={}", name(workload), failure.message());
        }
        Demand demand = demand(declaration, lastActivity, now);
        boolean mayStart = demand.gate() instanceof Gate.Open && crew.attempts().mayStart(now);
        List<ReconcilePlanner.Step> steps = ReconcilePlanner.plan(
                new ReconcilePlanner.Goal(declaration.generation(), demand.replicas(), mayStart), crew.facts());
        for (ReconcilePlanner.Step step : steps) {
            switch (step) {
                case ReconcilePlanner.Step.Start(int count) -> start(declaration, crew, count, now);
                case ReconcilePlanner.Step.Stop(String replicaId) -> crew.retire(replicaId, now);
                case ReconcilePlanner.Step.Retire(String replicaId) ->
                    crew.retire(replicaId, now.plus(config.drainTime()));
            }
        }
        tell(workload, crew, demand, now);
        // Only now, so that nothing is sent to a replica that is being stopped.
        List<Replica> leaving = crew.leaveDue(now);
        logs.put(workload.id(), crew.logSources());
        leaving.forEach(stopper);
        return nextLook(crew, demand, now);
    }

    private Demand demand(Declaration declaration, Instant lastActivity, Instant now) {
        Demand demand = Demand.of(declaration, lastActivity, config, now);
        if (!drivers.containsKey(declaration.workload().backend())) {
            String message = "this server has nothing that runs backend "
                    + declaration.workload().backend();
            return new Demand(new Gate.Blocked(ReadinessPhase.ERROR, message), Math.max(1, demand.replicas()), null);
        }
        return demand;
    }

    private void start(Declaration declaration, Crew crew, int count, Instant now) {
        Workload workload = declaration.workload();
        for (int i = 0; i < count; i++) {
            String replicaId = ids.next("rep");
            try {
                ReplicaSpec spec = new ReplicaSpec(
                        replicaId,
                        name(workload),
                        workload.taskType(),
                        workload.backend(),
                        workload.modelName(),
                        workload.config() == null ? Map.of() : workload.config(),
                        openSecret(declaration));
                RuntimeDriver driver = drivers.get(workload.backend());
                if (driver == null) {
                    throw new IllegalStateException("no driver for " + workload.backend());
                }
                crew.join(new Crew.Member(driver.start(spec, onChange), declaration.generation()));
                LOG.info(
                        "replica started workload={} replica={} backend={}",
                        name(workload),
                        replicaId,
                        workload.backend());
            } catch (UnreadableSecretException e) {
                crew.startFailed(String.valueOf(e.getMessage()), false, now, jitter);
                return;
            } catch (RuntimeException e) {
                LOG.error("replica could not be started workload={} replica={}", name(workload), replicaId, e);
                crew.startFailed(
                        "the " + workload.backend() + " driver failed; the server's log says why", true, now, jitter);
                return;
            }
        }
    }

    private @Nullable String openSecret(Declaration declaration) throws UnreadableSecretException {
        Declaration.Secret secret = declaration.secret();
        if (secret == null || secret.stored() == null) {
            return null;
        }
        try {
            return cipher.open(secret.stored().sealed(), secret.context(declaration.workload()));
        } catch (IllegalStateException e) {
            throw new UnreadableSecretException(secret.name(), e);
        }
    }

    private static final class UnreadableSecretException extends Exception {
        private static final long serialVersionUID = 1;

        UnreadableSecretException(String name, Throwable cause) {
            super(
                    "the upstream secret `" + name + "` can't be opened with this server's master key; store it anew",
                    cause);
        }
    }

    private void tell(Workload workload, Crew crew, Demand demand, Instant now) {
        int present = crew.ready(true);
        int old = crew.ready(false);
        Outlook outlook =
                Outlook.of(demand.gate(), demand.replicas(), present, old, crew.furthestStart(), crew.attempts());
        Backends backends = outlook.backends(demand.gate(), crew.targets());
        if (crew.mustPublish(backends)) {
            table.setBackends(workload.id(), backends);
        }
        Instant since = crew.enter(outlook.phase(), now);
        board.post(
                workload.id(),
                new WorkloadStatus(
                        outlook.phase(), outlook.message(), outlook.step(), present + old, demand.replicas(), since));
    }

    private static Instant nextLook(Crew crew, Demand demand, Instant now) {
        Instant next = demand.changesAt() == null ? Instant.MAX : demand.changesAt();
        Instant attempt = crew.attempts().notBefore();
        if (attempt != null && attempt.isAfter(now)) {
            next = earlier(next, attempt);
        }
        return earlier(next, crew.nextLeave().orElse(Instant.MAX));
    }

    private void forget(String workloadId, Crew crew, Instant now) {
        logs.remove(workloadId);
        board.remove(workloadId, new WorkloadStatus(ReadinessPhase.ERROR, "the workload was deleted", null, 0, 0, now));
        crew.disband().forEach(stopper);
    }

    /** Gives up everything, for the caller to stop. */
    List<Replica> disband() {
        List<Replica> all =
                crews.values().stream().flatMap(crew -> crew.disband().stream()).toList();
        crews.clear();
        return all;
    }

    /** The last lines of a workload's model servers, oldest first. Any thread may ask. */
    List<String> logTail(String workloadId, int limit) {
        Crew.LogSources sources = logs.get(workloadId);
        return sources == null ? List.of() : sources.tail(limit);
    }

    private static String name(Workload workload) {
        return workload.projectSlug() + "/" + workload.slug();
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
