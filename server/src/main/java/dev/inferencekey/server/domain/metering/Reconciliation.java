package dev.inferencekey.server.domain.metering;

import dev.inferencekey.server.domain.metering.Difference.Reason;
import dev.inferencekey.server.domain.metering.MeteredUse.Part;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * What was metered for a workload beside what its model servers counted, and what lies between the two.
 *
 * <p>Notes. Over the same time, {@code metered - counted} is made up of parts that are known to the token (cached input, what ended after the
 * counters were read), of what only read, which some versions of an engine count and others do not, of estimates, and of a rest. An estimate explains a rest of up to its own size either way: the
 * engine may have counted nothing of such a request, or twice as much. A rest beyond that is what nobody has explained: it is given as a
 * difference of its own, with what could be behind it.
 *
 * @param since from when on both are compared: when the first replica that is known could be called
 * @param until when the counters were read, the earliest of the replicas that run
 * @param replicas what each counted, the latest first
 * @param metered what is in the records
 * @param countedInput what all replicas counted
 * @param countedOutput what all replicas counted
 * @param unexplainedInput metered and not counted, beyond what the differences explain; negative the other way round
 * @param unexplainedOutput the same of what was generated
 */
public record Reconciliation(
        Instant since,
        Instant until,
        List<ReplicaCount> replicas,
        Part metered,
        long countedInput,
        long countedOutput,
        long unexplainedInput,
        long unexplainedOutput,
        List<Difference> differences) {
    /** A replica that runs is read at least this often; one that was not has ended without a last look. */
    private static final Duration LOST_AFTER = Duration.ofMinutes(1);

    public Reconciliation {
        replicas = List.copyOf(replicas);
        differences = List.copyOf(differences);
    }

    /**
     * What may still be on its way at this moment.
     *
     * @param underWay requests that are being answered
     * @param journalBytes of records that wait for the store on the node that was asked
     */
    public record OnTheWay(long underWay, long journalBytes) {}

    /** Whether the two fit: each difference has its reason. */
    public boolean isComplete() {
        return unexplainedInput == 0
                && unexplainedOutput == 0
                && differences.stream()
                        .noneMatch(difference -> difference.reason() == Reason.NO_COUNTERS
                                || difference.reason() == Reason.COUNTERS_RESET
                                || difference.reason() == Reason.NOT_READ_AT_END);
    }

    /**
     * Those whose counters can be compared: where something is not known of replicas that have ended, those that came after them, if none
     * of these was there at the same time; else all. Order as given.
     */
    public static List<ReplicaCount> comparable(List<ReplicaCount> all, Instant now) {
        Instant cut = all.stream()
                .filter(replica ->
                        hasEnded(replica, now) && (!replica.counts() || replica.resets() > 0 || isLost(replica, now)))
                .map(Reconciliation::end)
                .max(Instant::compareTo)
                .orElse(Instant.MIN);
        List<ReplicaCount> after = all.stream()
                .filter(replica -> !replica.startedAt().isBefore(cut))
                .toList();
        boolean apart = all.stream()
                .allMatch(replica -> !replica.startedAt().isBefore(cut)
                        || (hasEnded(replica, now) && !end(replica).isAfter(cut)));
        return apart && !after.isEmpty() ? after : all;
    }

    private static boolean hasEnded(ReplicaCount replica, Instant now) {
        return replica.endedAt() != null || isLost(replica, now);
    }

    /** Of one that has ended, as far as that is known. */
    private static Instant end(ReplicaCount replica) {
        Instant endedAt = replica.endedAt();
        return endedAt == null ? replica.readAt() : endedAt;
    }

    /** From when on records are to be compared: the start of the first replica. The list is not empty. */
    public static Instant since(List<ReplicaCount> replicas) {
        return replicas.stream()
                .map(ReplicaCount::startedAt)
                .min(Instant::compareTo)
                .orElseThrow();
    }

    /** Until when: the earliest look at one that runs, else the last look at all. The list is not empty. */
    public static Instant until(List<ReplicaCount> replicas, Instant now) {
        return replicas.stream()
                .filter(replica -> replica.endedAt() == null && !isLost(replica, now))
                .map(ReplicaCount::readAt)
                .min(Instant::compareTo)
                .orElse(now);
    }

    /** Whether it has ended, by itself or with its node, and nobody has read it right before. */
    private static boolean isLost(ReplicaCount replica, Instant now) {
        return replica.endedAt() == null ? replica.readAt().plus(LOST_AFTER).isBefore(now) : !replica.readAtEnd();
    }

    /**
     * @param replicas those that are known, the latest first; not empty
     * @param use what was metered since {@link #since(List)}, where {@code later} is what ended after {@link #until(List, Instant)}
     */
    public static Reconciliation of(List<ReplicaCount> replicas, MeteredUse use, OnTheWay onTheWay, Instant now) {
        long countedInput =
                replicas.stream().mapToLong(ReplicaCount::promptTokens).sum();
        long countedOutput =
                replicas.stream().mapToLong(ReplicaCount::outputTokens).sum();
        Part metered = use.all();
        Rest rest = new Rest(metered.inputTokens() - countedInput, metered.outputTokens() - countedOutput);
        rest.known(
                Reason.ENDED_LATER,
                use.later().inputTokens(),
                use.later().outputTokens(),
                use.later().requests(),
                "Ended after the counters were read.");
        boolean mayLeaveOutReading = leaveOut(replicas, CountingEngine::countsReading);
        if (leaveOut(replicas, CountingEngine::countsCached)) {
            // What only reads is looked at whole, below.
            long cached = use.counted().cachedTokens()
                    - (mayLeaveOutReading ? use.reading().cachedTokens() : 0);
            rest.known(
                    Reason.CACHED_INPUT,
                    cached,
                    0,
                    0,
                    "Prompt tokens that came from the engine's cache, which it does not count as processed.");
        }
        if (mayLeaveOutReading) {
            rest.reading(use.reading());
        }
        rest.estimated(use.estimated());
        hints(replicas, onTheWay, now).forEach(rest.differences::add);
        rest.unexplained();
        return new Reconciliation(
                since(replicas),
                until(replicas, now),
                replicas,
                metered,
                countedInput,
                countedOutput,
                rest.input,
                rest.output,
                rest.differences);
    }

    /** Whether all of the engines leave something out; of several kinds of engines nobody knows which one served what. */
    private static boolean leaveOut(List<ReplicaCount> replicas, Predicate<CountingEngine> counts) {
        List<CountingEngine> engines = replicas.stream()
                .map(ReplicaCount::engine)
                .filter(Objects::nonNull)
                .toList();
        return !engines.isEmpty() && engines.stream().noneMatch(counts);
    }

    private static List<Difference> hints(List<ReplicaCount> replicas, OnTheWay onTheWay, Instant now) {
        List<Difference> hints = new ArrayList<>();
        if (onTheWay.underWay() > 0) {
            hints.add(new Difference(
                    Reason.UNDER_WAY,
                    0,
                    0,
                    onTheWay.underWay(),
                    "Being answered now: the engine has counted a part, and there is no record yet."));
        }
        if (onTheWay.journalBytes() > 0) {
            hints.add(new Difference(
                    Reason.IN_JOURNAL,
                    0,
                    0,
                    0,
                    onTheWay.journalBytes() + " bytes of records wait in the journal of this node for the store."));
        }
        long resets = replicas.stream().mapToLong(ReplicaCount::resets).sum();
        if (resets > 0) {
            hints.add(new Difference(
                    Reason.COUNTERS_RESET,
                    0,
                    0,
                    0,
                    "The counters started from zero again " + resets + (resets == 1 ? " time" : " times")
                            + " because a model server was restarted; what it counted right before is not known."));
        }
        for (ReplicaCount replica : replicas) {
            if (!replica.counts()) {
                hints.add(new Difference(
                        Reason.NO_COUNTERS,
                        0,
                        0,
                        0,
                        "Replica " + replica.replicaId() + ": "
                                + (replica.problem() == null ? "no counters" : replica.problem())));
            } else if (isLost(replica, now)) {
                hints.add(new Difference(
                        Reason.NOT_READ_AT_END,
                        0,
                        0,
                        0,
                        "Replica " + replica.replicaId() + " was last read at " + replica.readAt()
                                + " and ended without a last look; what it counted in between is not known."));
            }
        }
        return hints;
    }

    /** What is left of the differences between the two while reasons are found for it. */
    private static final class Rest {
        private final List<Difference> differences = new ArrayList<>();
        private long input;
        private long output;

        private Rest(long input, long output) {
            this.input = input;
            this.output = output;
        }

        private void known(Reason reason, long inputTokens, long outputTokens, long requests, String message) {
            if (inputTokens != 0 || outputTokens != 0 || (requests > 0 && reason == Reason.ENDED_LATER)) {
                differences.add(new Difference(reason, inputTokens, outputTokens, requests, message));
                input -= inputTokens;
                output -= outputTokens;
            }
        }

        /** Some versions of the engine count it and some do not. */
        private void reading(Part part) {
            known(
                    Reason.ONLY_READ,
                    Math.clamp(input, 0, part.inputTokens()),
                    0,
                    part.requests(),
                    "Embeddings, reranking and their kind, which this engine does not count.");
        }

        private void estimated(Part part) {
            if (part.requests() == 0) {
                return;
            }
            long byInput = Math.clamp(input, -part.inputTokens(), part.inputTokens());
            long byOutput = Math.clamp(output, -part.outputTokens(), part.outputTokens());
            differences.add(new Difference(
                    Reason.ESTIMATED,
                    byInput,
                    byOutput,
                    part.requests(),
                    "Cancelled or broken off, so their usage is estimated: " + part.inputTokens() + " input and "
                            + part.outputTokens() + " output tokens. Engines count these otherwise or not at all."));
            input -= byInput;
            output -= byOutput;
        }

        private void unexplained() {
            if (input < 0 || output < 0) {
                differences.add(new Difference(
                        Reason.MORE_COUNTED,
                        Math.min(input, 0),
                        Math.min(output, 0),
                        0,
                        "Counted, and in no record: requests made past the data plane, requests under way or cancelled, or further"
                                + " answers of a request (n) that the engine leaves out of the usage it tells."));
            }
            if (input > 0 || output > 0) {
                differences.add(new Difference(
                        Reason.MORE_METERED,
                        Math.max(input, 0),
                        Math.max(output, 0),
                        0,
                        "In records, and not counted: served by replicas whose counters are not known."));
            }
        }
    }
}
