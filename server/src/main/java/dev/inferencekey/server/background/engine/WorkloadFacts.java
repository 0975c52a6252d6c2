package dev.inferencekey.server.background.engine;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.domain.replica.Goal;
import dev.inferencekey.server.domain.replica.PlacedReplica;
import dev.inferencekey.server.domain.replica.PlacedReplica.Standing;
import dev.inferencekey.server.domain.replica.ReplicaPhase;
import dev.inferencekey.server.domain.replica.WorkloadRun;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.RunningReplica;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import dev.inferencekey.server.ports.store.ReplicaStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the store says of one workload's replicas, and what follows from that: the same on every node. Immutable and thread-safe.
 *
 * @param run null if nothing was decided on it yet, or it is gone
 * @param replicas oldest first
 */
public record WorkloadFacts(String workloadId, @Nullable WorkloadRun run, List<PlacedReplica> replicas) {
    private static final String PROCESS_START = "process_start";

    public WorkloadFacts {
        replicas = List.copyOf(replicas);
    }

    /** Of all workloads of which there is anything to be known, by id. */
    public static Map<String, WorkloadFacts> all(ReplicaStore store) {
        Map<String, WorkloadRun> runs = new LinkedHashMap<>();
        store.runs().forEach(run -> runs.put(run.workloadId(), run));
        Map<String, List<PlacedReplica>> replicas = new LinkedHashMap<>();
        runs.keySet().forEach(id -> replicas.put(id, new ArrayList<>(1)));
        store.all()
                .forEach(replica -> replicas.computeIfAbsent(replica.workloadId(), _ -> new ArrayList<>(1))
                        .add(replica));
        Map<String, WorkloadFacts> all = new LinkedHashMap<>();
        replicas.forEach((id, own) -> all.put(id, new WorkloadFacts(id, runs.get(id), own)));
        return all;
    }

    public static WorkloadFacts of(ReplicaStore store, String workloadId) {
        return new WorkloadFacts(workloadId, store.run(workloadId).orElse(null), store.ofWorkload(workloadId));
    }

    /** Whether there is nothing to be known of it. */
    boolean isEmpty() {
        return run == null && replicas.isEmpty();
    }

    /**
     * What the data plane is told: the present version once it is complete, until then everything that is ready.
     *
     * @param target how this node reaches a replica that is ready; null if it can't
     */
    Backends backends(Function<PlacedReplica, @Nullable ReplicaTarget> target) {
        if (run == null) {
            return new Backends.Starting();
        }
        return switch (run.goal()) {
            case Goal.Closed(var opensAt) -> new Backends.Closed(opensAt);
            case Goal.Impossible _ -> new Backends.Failed();
            case Goal.Unplaced _ -> new Backends.Starting();
            case Goal.Replicas goal -> {
                List<ReplicaTarget> present = new ArrayList<>();
                List<ReplicaTarget> all = new ArrayList<>();
                for (PlacedReplica replica :
                        wanted().filter(PlacedReplica::ready).toList()) {
                    ReplicaTarget reached = target.apply(replica);
                    if (reached != null) {
                        all.add(reached);
                        if (isPresent(replica)) {
                            present.add(reached);
                        }
                    }
                }
                if (!all.isEmpty()) {
                    boolean complete = !present.isEmpty() && present.size() >= goal.count();
                    yield new Backends.Ready(complete ? present : all);
                }
                yield failure() != null ? new Backends.Failed() : new Backends.Starting();
            }
        };
    }

    /** What people and clients are told; null if nothing was decided yet. */
    @Nullable
    WorkloadStatus status() {
        if (run == null) {
            return null;
        }
        return switch (run.goal()) {
            case Goal.Closed(var opensAt) ->
                told(
                        ReadinessPhase.SCHEDULING,
                        opensAt == null
                                ? "outside its window, which does not open again"
                                : "outside its window until " + opensAt,
                        null);
            case Goal.Impossible(String why) -> told(ReadinessPhase.ERROR, why, null);
            case Goal.Unplaced(String why) -> told(ReadinessPhase.SCHEDULING, why, null);
            case Goal.Replicas goal -> status(goal);
        };
    }

    private WorkloadStatus status(Goal.Replicas goal) {
        int desired = goal.count();
        if (isReady()) {
            return told(
                    ReadinessPhase.READY,
                    desired == 0
                            ? "scaled to zero; wakes on the next request"
                            : presentReady().count() + " of " + desired + " replicas ready" + note(),
                    null);
        }
        String failure = failure();
        if (failure != null) {
            return told(ReadinessPhase.ERROR, failure, null);
        }
        Standing starting = wanted().filter(replica -> isPresent(replica) && replica.phase() == ReplicaPhase.STARTING)
                .map(PlacedReplica::standing)
                .findFirst()
                .orElse(null);
        if (starting != null) {
            return told(
                    starting.step().equals(PROCESS_START) ? ReadinessPhase.PROVISIONING : ReadinessPhase.BOOTSTRAPPING,
                    starting.message(),
                    starting.step());
        }
        if (desired == 0) {
            return told(ReadinessPhase.SCHEDULING, "no replica is asked for", null);
        }
        String reason = run == null ? null : run.restarts().reason();
        return told(
                ReadinessPhase.SCHEDULING,
                reason == null ? "waiting to be started" : "failed, and is tried again: " + reason,
                null);
    }

    /** Whether what is declared serves, or would on the next request. */
    boolean isReady() {
        return run != null
                && run.goal() instanceof Goal.Replicas goal
                && ((goal.count() == 0 && goal.wakes())
                        || presentReady().findAny().isPresent());
    }

    /** The replicas as people are told of them, those that are on their way out last. */
    List<RunningReplica> running(UnaryOperator<String> nodeName, ToLongFunction<String> outstanding) {
        return Stream.concat(wanted(), replicas.stream().filter(replica -> !replica.wanted()))
                .map(replica -> new RunningReplica(
                        replica.id(),
                        nodeName.apply(replica.nodeId()),
                        state(replica),
                        replica.wanted() ? replica.standing().message() : "",
                        !replica.wanted() || !isPresent(replica),
                        replica.placedAt(),
                        replica.standing().readySince(),
                        outstanding.applyAsLong(replica.id())))
                .toList();
    }

    private static RunningReplica.State state(PlacedReplica replica) {
        if (!replica.wanted()) {
            return RunningReplica.State.DRAINING;
        }
        return switch (replica.phase()) {
            case STARTING -> RunningReplica.State.STARTING;
            case READY -> RunningReplica.State.READY;
            case UNABLE, FAILED -> RunningReplica.State.FAILED;
        };
    }

    /** What somebody has to look into, although nothing of it is final; null if there is nothing. */
    private @Nullable String failure() {
        if (run != null && run.restarts().isFailure()) {
            return run.restarts().reason();
        }
        return wanted().filter(replica -> isPresent(replica) && replica.phase() == ReplicaPhase.UNABLE)
                .map(replica -> replica.standing().message())
                .findFirst()
                .orElse(null);
    }

    private String note() {
        return presentReady()
                .map(replica -> replica.standing().message())
                .filter(note -> !note.isEmpty())
                .findFirst()
                .map(note -> "; " + note)
                .orElse("");
    }

    private Stream<PlacedReplica> wanted() {
        return replicas.stream().filter(PlacedReplica::wanted);
    }

    private Stream<PlacedReplica> presentReady() {
        return wanted().filter(replica -> replica.ready() && isPresent(replica));
    }

    private boolean isPresent(PlacedReplica replica) {
        return run != null && replica.version().equals(run.version());
    }

    private WorkloadStatus told(ReadinessPhase phase, String message, @Nullable String step) {
        if (run == null) {
            throw new IllegalStateException("nothing was decided yet");
        }
        int ready = (int) wanted().filter(PlacedReplica::ready).count();
        return new WorkloadStatus(phase, message, step, ready, run.goal().desired(), run.since());
    }
}
