package dev.inferencekey.server.background;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The replicas of one workload and how their starts went. Confined to the thread that reconciles. */
final class Crew {
    private static final int KEPT_LINES = 500;

    /** A replica that was started and not stopped yet. */
    static final class Member {
        private final Replica replica;
        private final Generation generation;
        private ReplicaStatus status;
        private @Nullable Instant readySince;
        private @Nullable Instant stopAt;

        Member(Replica replica, Generation generation) {
            this.replica = replica;
            this.generation = generation;
            this.status = replica.status();
        }

        Replica replica() {
            return replica;
        }
    }

    private final List<Member> members = new ArrayList<>();
    private Generation generation;
    private Attempts attempts = Attempts.NONE;
    private List<String> lastWords = List.of();
    private Instant since;
    private @Nullable ReadinessPhase phase;
    private @Nullable Backends published;

    Crew(Generation generation, Instant now) {
        this.generation = generation;
        this.since = now;
    }

    Attempts attempts() {
        return attempts;
    }

    /** Takes note of what is wanted now; failures of an older generation say nothing about a new one. */
    void turnTo(Generation wanted, Instant now) {
        if (!wanted.equals(generation)) {
            generation = wanted;
            attempts = Attempts.NONE;
            since = now;
        }
    }

    /** Looks at every replica. Returns why those failed that have failed since the last look. */
    List<ReplicaStatus.Failed> observe(Instant now, RandomGenerator jitter) {
        List<ReplicaStatus.Failed> failures = new ArrayList<>();
        for (Member member : members) {
            member.status = member.replica.status();
            switch (member.status) {
                case ReplicaStatus.Ready ready -> {
                    if (member.readySince == null) {
                        member.readySince = now;
                    }
                }
                case ReplicaStatus.Starting starting -> member.readySince = null;
                case ReplicaStatus.Failed failed -> {
                    // Those on their way out were given up already. The others leave in this very round: each fails
                    // once.
                    if (member.stopAt == null) {
                        failures.add(failed);
                        failed(member, failed, now, jitter);
                    }
                }
            }
        }
        return failures;
    }

    private void failed(Member member, ReplicaStatus.Failed failed, Instant now, RandomGenerator jitter) {
        lastWords = member.replica.logTail(KEPT_LINES);
        if (member.generation.equals(generation)) {
            Duration readyFor = member.readySince == null ? null : Duration.between(member.readySince, now);
            attempts = attempts.afterFailure(failed.message(), failed.retryable(), readyFor, now, jitter);
        }
    }

    /** A start that did not even make a replica. */
    void startFailed(String message, boolean retryable, Instant now, RandomGenerator jitter) {
        attempts = attempts.afterFailure(message, retryable, null, now, jitter);
    }

    void join(Member member) {
        members.add(member);
    }

    /** What planning has to go by: all but those that are on their way out. */
    List<ReplicaFact> facts() {
        return serving()
                .map(member -> new ReplicaFact(
                        member.replica.id(),
                        member.generation,
                        switch (member.status) {
                            case ReplicaStatus.Starting starting -> ReplicaFact.State.STARTING;
                            case ReplicaStatus.Ready ready -> ReplicaFact.State.READY;
                            case ReplicaStatus.Failed failed -> ReplicaFact.State.FAILED;
                        }))
                .toList();
    }

    private Stream<Member> serving() {
        return members.stream().filter(member -> member.stopAt == null);
    }

    /** Takes it out of service now; it is given up by {@link #leaveDue} when its time has come. */
    void retire(String replicaId, Instant stopAt) {
        members.stream()
                .filter(member -> member.replica.id().equals(replicaId))
                .forEach(member -> member.stopAt = stopAt);
    }

    /** Gives up those whose time has come, for the caller to stop. */
    List<Replica> leaveDue(Instant now) {
        List<Replica> leaving = members.stream()
                .filter(member -> member.stopAt != null
                        && (!now.isBefore(member.stopAt) || member.status instanceof ReplicaStatus.Failed))
                .map(Member::replica)
                .toList();
        members.removeIf(member -> leaving.contains(member.replica));
        return leaving;
    }

    /** Gives up everything, for the caller to stop. */
    List<Replica> disband() {
        List<Replica> all = members.stream().map(Member::replica).toList();
        members.clear();
        return all;
    }

    Optional<Instant> nextLeave() {
        return members.stream()
                .flatMap(member -> Optional.ofNullable(member.stopAt).stream())
                .min(Comparator.naturalOrder());
    }

    List<ReplicaTarget> targets() {
        return serving()
                .flatMap(member ->
                        member.status instanceof ReplicaStatus.Ready(var target) ? Stream.of(target) : Stream.empty())
                .toList();
    }

    int ready(boolean present) {
        return (int) serving()
                .filter(member ->
                        member.status instanceof ReplicaStatus.Ready && member.generation.equals(generation) == present)
                .count();
    }

    ReplicaStatus.@Nullable Starting furthestStart() {
        ReplicaStatus.Starting furthest = null;
        for (Member member : members) {
            if (member.stopAt == null
                    && member.generation.equals(generation)
                    && member.status instanceof ReplicaStatus.Starting starting
                    && (furthest == null || furthest.step().equals("process_start"))) {
                furthest = starting;
            }
        }
        return furthest;
    }

    /** Notes the phase and tells when the way to it began: a workload that stops being ready sets out anew. */
    Instant enter(ReadinessPhase next, Instant now) {
        if (phase == ReadinessPhase.READY && next != ReadinessPhase.READY) {
            since = now;
        }
        phase = next;
        return since;
    }

    /** Whether the data plane has to be told; it counts as told from now on. */
    boolean mustPublish(Backends backends) {
        if (backends.equals(published)) {
            return false;
        }
        published = backends;
        return true;
    }

    /** Where people look for what the model servers print: the last failed one's lines, then the present ones'. */
    LogSources logSources() {
        return new LogSources(lastWords, members.stream().map(Member::replica).toList());
    }

    record LogSources(List<String> lastWords, List<Replica> replicas) {
        List<String> tail(int limit) {
            List<String> lines = new ArrayList<>(lastWords);
            replicas.forEach(replica -> lines.addAll(replica.logTail(limit)));
            return lines.subList(Math.max(0, lines.size() - limit), lines.size());
        }
    }
}
