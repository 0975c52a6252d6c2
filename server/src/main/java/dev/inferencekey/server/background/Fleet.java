package dev.inferencekey.server.background;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import dev.inferencekey.server.ports.runtime.RunningReplica;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The replicas of one workload and what has happened to them. Changed by the reconciler's thread alone; {@link #logTail} and {@link #running}
 * may be called by any.
 */
final class Fleet {
    private static final Duration WELL_FOR_LONG = Duration.ofMinutes(10);
    private static final String PROCESS_START = "process_start";

    /** One replica; {@code readySince} is null until it is ready. */
    private static final class Member {
        final Replica replica;
        final ReplicaVersion version;
        final Instant startedAt;

        @Nullable
        volatile Instant readySince;

        boolean failureCounted;

        Member(Replica replica, ReplicaVersion version, Instant startedAt) {
            this.replica = replica;
            this.version = version;
            this.startedAt = startedAt;
        }

        RunningReplica running(boolean outdated, long requests) {
            return switch (replica.status()) {
                case ReplicaStatus.Starting starting ->
                    running(RunningReplica.State.STARTING, starting.message(), outdated, requests);
                case ReplicaStatus.Ready ready -> running(RunningReplica.State.READY, ready.note(), outdated, requests);
                case ReplicaStatus.Unable unable ->
                    running(RunningReplica.State.FAILED, unable.message(), outdated, requests);
                case ReplicaStatus.Failed failed ->
                    running(RunningReplica.State.FAILED, failed.message(), outdated, requests);
            };
        }

        private RunningReplica running(RunningReplica.State state, String message, boolean outdated, long requests) {
            return new RunningReplica(replica.id(), state, message, outdated, startedAt, readySince, requests);
        }

        ReplicaView view() {
            ReplicaView.State state = switch (replica.status()) {
                case ReplicaStatus.Starting _, ReplicaStatus.Unable _ -> ReplicaView.State.STARTING;
                case ReplicaStatus.Ready _ -> ReplicaView.State.READY;
                case ReplicaStatus.Failed _ -> ReplicaView.State.FAILED;
            };
            return new ReplicaView(replica.id(), version, state);
        }
    }

    private final List<Member> members = new CopyOnWriteArrayList<>();
    private final Restarts restarts;
    private volatile @Nullable ReplicaVersion version;
    private Instant since;
    private boolean wasReady;
    private volatile List<String> lastWords = List.of();

    Fleet(RandomGenerator random, Instant now) {
        this.restarts = new Restarts(random);
        this.since = now;
    }

    /** Takes note of what the replicas have come to since the last look, for the version that is wanted now. */
    void observe(ReplicaVersion wanted, Instant now, int logLines) {
        if (!wanted.equals(version)) {
            version = wanted;
            restarts.forget();
            since = now;
            wasReady = false;
        }
        for (Member member : members) {
            switch (member.replica.status()) {
                case ReplicaStatus.Ready _ -> noteReady(member, now);
                case ReplicaStatus.Failed(String message, boolean retryable) -> {
                    if (!member.failureCounted) {
                        member.failureCounted = true;
                        lastWords = member.replica.logTail(logLines);
                        if (member.version.equals(wanted)) {
                            restarts.failed(message, retryable, now);
                        }
                    }
                }
                case ReplicaStatus.Starting _, ReplicaStatus.Unable _ -> {
                    // Nothing to note until it is one of the others.
                }
            }
        }
    }

    private void noteReady(Member member, Instant now) {
        Instant readySince = member.readySince;
        if (readySince == null) {
            readySince = now;
            member.readySince = now;
            if (member.version.equals(version)) {
                restarts.recovered();
            }
        }
        if (!now.isBefore(readySince.plus(WELL_FOR_LONG))) {
            restarts.forgive();
        }
    }

    Restarts restarts() {
        return restarts;
    }

    List<ReplicaView> views() {
        return members.stream().map(Member::view).toList();
    }

    List<Replica> replicas() {
        return members.stream().map(member -> member.replica).toList();
    }

    /** A replica that is on its way out. */
    record Leaving(
            Replica replica, Instant startedAt, @Nullable Instant readySince) {
        RunningReplica running(long requests) {
            return new RunningReplica(
                    replica.id(), RunningReplica.State.DRAINING, "", true, startedAt, readySince, requests);
        }
    }

    /** All of them, to be let go of. */
    List<Leaving> leave() {
        return members.stream().map(Fleet::leaving).toList();
    }

    private static Leaving leaving(Member member) {
        return new Leaving(member.replica, member.startedAt, member.readySince);
    }

    /** The replicas as people are told of them. */
    List<RunningReplica> running(ToLongFunction<String> outstanding) {
        return members.stream()
                .map(member ->
                        member.running(!member.version.equals(version), outstanding.applyAsLong(member.replica.id())))
                .toList();
    }

    void add(Replica replica, ReplicaVersion of, Instant now) {
        members.add(new Member(replica, of, now));
    }

    /** Lets go of a replica; the answer tells of it from now on. */
    Leaving remove(String replicaId) {
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).replica.id().equals(replicaId)) {
                return leaving(members.remove(i));
            }
        }
        throw new IllegalArgumentException("no replica " + replicaId);
    }

    /** What the replicas printed, oldest first: those that run, or else the last one that failed. */
    List<String> logTail(int lines) {
        List<String> printed = new ArrayList<>(members.isEmpty() ? lastWords : List.of());
        members.forEach(member -> printed.addAll(member.replica.logTail(lines)));
        return printed.size() <= lines ? printed : printed.subList(printed.size() - lines, printed.size());
    }

    /** What the data plane is told: the present version once it is complete, until then everything that is ready. */
    Backends backends(Target target) {
        List<ReplicaTarget> present = new ArrayList<>();
        List<ReplicaTarget> all = new ArrayList<>();
        for (Member member : members) {
            if (member.replica.status() instanceof ReplicaStatus.Ready ready) {
                all.add(ready.target());
                if (member.version.equals(version)) {
                    present.add(ready.target());
                }
            }
        }
        return switch (target) {
            case Target.Closed(Instant opensAt) -> new Backends.Closed(opensAt);
            case Target.Impossible _ -> new Backends.Failed();
            case Target.Unplaced _ -> new Backends.Starting();
            case Target.Replicas replicas -> {
                if (!all.isEmpty()) {
                    boolean complete = !present.isEmpty() && present.size() >= replicas.count();
                    yield new Backends.Ready(complete ? present : all);
                }
                yield failure() != null ? new Backends.Failed() : new Backends.Starting();
            }
        };
    }

    /** What people and clients are told. */
    WorkloadStatus status(Target target, Instant now) {
        return switch (target) {
            case Target.Closed(Instant opensAt) ->
                told(
                        ReadinessPhase.SCHEDULING,
                        opensAt == null
                                ? "outside its window, which does not open again"
                                : "outside its window until " + opensAt,
                        null,
                        0);
            case Target.Impossible(String why) -> told(ReadinessPhase.ERROR, why, null, 0);
            case Target.Unplaced(String why) -> told(ReadinessPhase.SCHEDULING, why, null, 0);
            case Target.Replicas replicas -> status(replicas, now);
        };
    }

    private WorkloadStatus status(Target.Replicas target, Instant now) {
        long presentReady = members.stream().filter(this::isReadyAndPresent).count();
        int desired = target.count();
        if (presentReady > 0 || (desired == 0 && target.wakes())) {
            wasReady = true;
            return told(
                    ReadinessPhase.READY,
                    desired == 0
                            ? "scaled to zero; wakes on the next request"
                            : presentReady + " of " + desired + " replicas ready" + note(),
                    null,
                    desired);
        }
        if (wasReady) {
            // It was ready and is no longer: the way back is a new one.
            wasReady = false;
            since = now;
        }
        String failure = failure();
        if (failure != null) {
            return told(ReadinessPhase.ERROR, failure, null, desired);
        }
        ReplicaStatus.Starting starting = members.stream()
                .filter(member -> member.version.equals(version))
                .map(member -> member.replica.status())
                .filter(ReplicaStatus.Starting.class::isInstance)
                .map(ReplicaStatus.Starting.class::cast)
                .findFirst()
                .orElse(null);
        if (starting != null) {
            return told(
                    starting.step().equals(PROCESS_START) ? ReadinessPhase.PROVISIONING : ReadinessPhase.BOOTSTRAPPING,
                    starting.message(),
                    starting.step(),
                    desired);
        }
        if (desired == 0) {
            return told(ReadinessPhase.SCHEDULING, "no replica is asked for", null, 0);
        }
        String reason = restarts.reason();
        return told(
                ReadinessPhase.SCHEDULING,
                reason == null ? "waiting to be started" : "failed, and is tried again: " + reason,
                null,
                desired);
    }

    /** What somebody has to look into, although nothing of it is final; null if there is nothing. */
    private @Nullable String failure() {
        if (restarts.isFailure()) {
            return restarts.reason();
        }
        return members.stream()
                .filter(member -> member.version.equals(version))
                .map(member -> member.replica.status())
                .filter(ReplicaStatus.Unable.class::isInstance)
                .map(status -> ((ReplicaStatus.Unable) status).message())
                .findFirst()
                .orElse(null);
    }

    private String note() {
        return members.stream()
                .filter(this::isReadyAndPresent)
                .map(member -> member.replica.status() instanceof ReplicaStatus.Ready ready ? ready.note() : "")
                .filter(note -> !note.isEmpty())
                .findFirst()
                .map(note -> "; " + note)
                .orElse("");
    }

    private boolean isReadyAndPresent(Member member) {
        return member.version.equals(version) && member.replica.status() instanceof ReplicaStatus.Ready;
    }

    private WorkloadStatus told(ReadinessPhase phase, String message, @Nullable String step, int desired) {
        int ready = (int) members.stream()
                .filter(member -> member.replica.status() instanceof ReplicaStatus.Ready)
                .count();
        return new WorkloadStatus(phase, message, step, ready, desired, since);
    }
}
