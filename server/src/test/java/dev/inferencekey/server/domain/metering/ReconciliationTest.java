package dev.inferencekey.server.domain.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.inferencekey.server.domain.metering.Difference.Reason;
import dev.inferencekey.server.domain.metering.MeteredUse.Part;
import dev.inferencekey.server.domain.metering.Reconciliation.OnTheWay;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReconciliationTest {
    private static final Instant NOW = Instant.parse("2026-06-15T09:12:44Z");
    private static final Instant EARLY = NOW.minus(Duration.ofHours(2));
    private static final OnTheWay NOTHING = new OnTheWay(0, 0);

    @Test
    void fitsWhereBothSayTheSame() {
        Reconciliation found = Reconciliation.of(
                List.of(counted(CountingEngine.VLLM, 700, 70), counted(CountingEngine.VLLM, 300, 30)),
                use(new Part(12, 1_000, 100, 400), Part.NONE, Part.NONE, Part.NONE),
                NOTHING,
                NOW);

        assertThat(found.isComplete()).isTrue();
        assertThat(found.differences()).isEmpty();
        assertThat(found.countedInput()).isEqualTo(1_000);
        assertThat(found.since()).isEqualTo(EARLY);
    }

    @Test
    void namesWhatLlamaServerDoesNotCountAtAll() {
        Reconciliation found = Reconciliation.of(
                List.of(counted(CountingEngine.LLAMA_SERVER, 500, 100)),
                use(new Part(12, 1_000, 100, 380), new Part(2, 120, 0, 0), Part.NONE, Part.NONE),
                NOTHING,
                NOW);

        assertThat(found.isComplete()).isTrue();
        assertThat(found.differences())
                .extracting(Difference::reason, Difference::inputTokens, Difference::outputTokens)
                .containsExactly(tuple(Reason.CACHED_INPUT, 380L, 0L), tuple(Reason.ONLY_READ, 120L, 0L));
    }

    @Test
    void findsNoFaultWithALlamaServerThatCountsWhatOnlyReads() {
        Reconciliation found = Reconciliation.of(
                List.of(counted(CountingEngine.LLAMA_SERVER, 620, 100)),
                use(new Part(12, 1_000, 100, 380), new Part(2, 120, 0, 0), Part.NONE, Part.NONE),
                NOTHING,
                NOW);

        assertThat(found.isComplete()).isTrue();
        assertThat(found.differences())
                .extracting(Difference::reason, Difference::inputTokens, Difference::outputTokens)
                .containsExactly(tuple(Reason.CACHED_INPUT, 380L, 0L));
    }

    @Test
    void takesAnEstimateForAReasonOnlyAsFarAsItGoes() {
        Part estimated = new Part(3, 60, 40, 0);

        assertThat(Reconciliation.of(
                                List.of(counted(CountingEngine.VLLM, 130, 85)),
                                use(new Part(2, 100, 50, 0), Part.NONE, estimated, Part.NONE),
                                NOTHING,
                                NOW)
                        .differences())
                .singleElement()
                .satisfies(difference -> {
                    assertThat(difference.reason()).isEqualTo(Reason.ESTIMATED);
                    assertThat(difference.inputTokens()).isEqualTo(30);
                    assertThat(difference.outputTokens()).isEqualTo(5);
                    assertThat(difference.requests()).isEqualTo(3);
                });
        Reconciliation tooMuch = Reconciliation.of(
                List.of(counted(CountingEngine.VLLM, 30, 90)),
                use(new Part(2, 100, 50, 0), Part.NONE, estimated, Part.NONE),
                NOTHING,
                NOW);
        assertThat(tooMuch.isComplete()).isFalse();
        assertThat(tooMuch.unexplainedInput()).isEqualTo(70);
        assertThat(tooMuch.unexplainedOutput()).isZero();
        assertThat(tooMuch.differences())
                .extracting(Difference::reason)
                .containsExactly(Reason.ESTIMATED, Reason.MORE_METERED);
    }

    @Test
    void namesWhatWasCalledPastTheDataPlane() {
        Reconciliation found = Reconciliation.of(
                List.of(counted(CountingEngine.VLLM, 1_026, 110)),
                use(new Part(12, 1_000, 100, 0), Part.NONE, Part.NONE, Part.NONE),
                NOTHING,
                NOW);

        assertThat(found.isComplete()).isFalse();
        assertThat(found.differences()).singleElement().satisfies(difference -> {
            assertThat(difference.reason()).isEqualTo(Reason.MORE_COUNTED);
            assertThat(difference.inputTokens()).isEqualTo(-26);
            assertThat(difference.outputTokens()).isEqualTo(-10);
        });
    }

    @Test
    void leavesOutWhatEndedAfterTheCountersWereRead() {
        ReplicaCount elsewhere = replica(CountingEngine.VLLM, NOW.minusSeconds(14), null, 1_000, 100, 0);
        Reconciliation found = Reconciliation.of(
                List.of(elsewhere),
                use(new Part(12, 1_000, 100, 0), Part.NONE, Part.NONE, new Part(1, 20, 7, 0)),
                new OnTheWay(2, 4_096),
                NOW);

        assertThat(found.until()).isEqualTo(NOW.minusSeconds(14));
        assertThat(found.isComplete()).isTrue();
        assertThat(found.differences())
                .extracting(Difference::reason)
                .containsExactly(Reason.ENDED_LATER, Reason.UNDER_WAY, Reason.IN_JOURNAL);
    }

    @Test
    void isNotCompleteWhereSomeCountersAreNotKnown() {
        Part all = new Part(12, 1_000, 100, 0);
        ReplicaCount good = counted(CountingEngine.VLLM, 1_000, 100);

        assertThat(reasons(all, good, replica(null, NOW, null, 0, 0, 0))).containsExactly(Reason.NO_COUNTERS);
        assertThat(reasons(all, good, replica(CountingEngine.VLLM, NOW, null, 0, 0, 1)))
                .containsExactly(Reason.COUNTERS_RESET);
        // Its node was lost, and nobody has asked it since.
        assertThat(reasons(all, good, replica(CountingEngine.VLLM, NOW.minusSeconds(300), null, 0, 0, 0)))
                .containsExactly(Reason.NOT_READ_AT_END);
        assertThat(reasons(
                        all, good, replica(CountingEngine.VLLM, NOW.minusSeconds(300), NOW.minusSeconds(300), 0, 0, 0)))
                .isEmpty();
    }

    @Test
    void comparesAnewFromTheStartThatFollowsACrash() {
        ReplicaCount crashed = started("rep_1", EARLY, EARLY.plusSeconds(60), EARLY.plusSeconds(90));
        ReplicaCount next = started("rep_2", EARLY.plusSeconds(100), NOW, null);

        assertThat(Reconciliation.comparable(List.of(next, crashed), NOW)).containsExactly(next);
        // Another one served beside it, and its counters don't tell what it counted before and after.
        ReplicaCount beside = started("rep_3", EARLY.plusSeconds(10), NOW, null);
        assertThat(Reconciliation.comparable(List.of(next, beside, crashed), NOW))
                .containsExactly(next, beside, crashed);
        // Nothing has come after it.
        assertThat(Reconciliation.comparable(List.of(crashed), NOW)).containsExactly(crashed);
        // One that was read at its end takes part.
        ReplicaCount stopped = started("rep_0", EARLY, EARLY.plusSeconds(90), EARLY.plusSeconds(90));
        assertThat(Reconciliation.comparable(List.of(next, stopped), NOW)).containsExactly(next, stopped);
    }

    private static ReplicaCount started(String id, Instant at, Instant readAt, @Nullable Instant endedAt) {
        return new ReplicaCount(id, "wl_1", "node-a", CountingEngine.VLLM, at, readAt, endedAt, 1, 1, 0, null);
    }

    private static List<Reason> reasons(Part all, ReplicaCount... replicas) {
        Reconciliation found =
                Reconciliation.of(List.of(replicas), use(all, Part.NONE, Part.NONE, Part.NONE), NOTHING, NOW);
        assertThat(found.isComplete()).isEqualTo(found.differences().isEmpty());
        return found.differences().stream().map(Difference::reason).toList();
    }

    private static MeteredUse use(Part counted, Part reading, Part estimated, Part later) {
        return new MeteredUse(counted, reading, estimated, later);
    }

    private static ReplicaCount counted(CountingEngine engine, long prompt, long output) {
        return replica(engine, NOW, null, prompt, output, 0);
    }

    private static ReplicaCount replica(
            @Nullable CountingEngine engine,
            Instant readAt,
            @Nullable Instant endedAt,
            long prompt,
            long output,
            long resets) {
        return new ReplicaCount(
                "rep_1",
                "wl_1",
                "node-a",
                engine,
                EARLY,
                readAt,
                endedAt,
                prompt,
                output,
                resets,
                engine == null ? "The model server shows no counters." : null);
    }
}
