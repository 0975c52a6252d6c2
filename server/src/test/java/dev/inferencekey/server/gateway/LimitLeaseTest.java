package dev.inferencekey.server.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.limit.Standing;
import dev.inferencekey.server.gateway.LimitLease.Decision;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class LimitLeaseTest {
    private static final long MINUTE = SECONDS.toNanos(60);

    private final AtomicLong now = new AtomicLong();

    private @Nullable LimitLease ask(@Nullable Limiter key, @Nullable Limiter workload, long tokens) {
        return LimitLease.take(now::get, key, workload, tokens) instanceof Decision.Granted granted
                ? granted.lease()
                : null;
    }

    private LimitLease take(@Nullable Limiter key, @Nullable Limiter workload, long tokens) {
        return Objects.requireNonNull(ask(key, workload, tokens));
    }

    private Refusal refusal(@Nullable Limiter key, @Nullable Limiter workload, long tokens) {
        if (LimitLease.take(now::get, key, workload, tokens) instanceof Decision.Refused refused) {
            return refused.refusal();
        }
        throw new AssertionError("was admitted");
    }

    private static Limiter key(@Nullable Integer requests, @Nullable Integer tokens, @Nullable Integer concurrent) {
        return Limiter.Maker.ALONE.ofKey("key_1", new Limits(requests, tokens, concurrent));
    }

    private static Limiter workload(
            @Nullable Integer requests, @Nullable Integer tokens, @Nullable Integer concurrent) {
        return Limiter.Maker.ALONE.ofWorkload("wrk_1", "bot", new Limits(requests, tokens, concurrent));
    }

    @Test
    void whereNothingIsLimitedThereIsNothingToHold() {
        assertThat(LimitLease.take(now::get, null, null, 5)).isNull();
    }

    @Test
    void nothingIsTakenOfTheOneIfTheOtherRefuses() {
        Limiter key = key(2, 100, 2);
        Limiter workload = workload(1, null, null);
        take(key, workload, 10);
        for (int i = 0; i < 5; i++) {
            assertThat(ask(key, workload, 10)).isNull();
        }
        Limiter other = workload(1, null, null);
        LimitLease second = take(key, other, 90);
        assertThat(second.headers().tokens()).extracting(Standing::left).isEqualTo(0L);
        assertThat(second.headers().requests()).extracting(Standing::left).isEqualTo(0L);
    }

    @Test
    void theRefusalNamesWhoseLimitItIsAndTheHeadersTellTheTighterOne() {
        Limiter key = key(5, null, null);
        Limiter workload = workload(2, null, null);
        LimitLease first = take(key, workload, 1);
        assertThat(first.headers().requests()).isEqualTo(new Standing(2, 1, MINUTE));
        take(key, workload, 1);
        now.set(SECONDS.toNanos(20));
        Refusal refusal = refusal(key, workload, 1);
        assertThat(refusal.code()).isEqualTo(ErrorCode.RATE_LIMIT_EXCEEDED);
        assertThat(refusal.message())
                .isEqualTo(
                        "the workload \"bot\" has reached its limit of 2 requests per minute; try again in 40 seconds");
        assertThat(refusal.retryAfterSeconds()).isEqualTo(40);
    }

    @Test
    void ofTwoLimitsTheOneThatTakesLongerIsNamedAndTheWaitIsTrue() {
        Limiter key = key(1, null, null);
        Limiter workload = workload(null, 100, null);
        take(key, workload, 10);
        now.set(SECONDS.toNanos(30));
        take(null, workload, 90);
        Refusal refusal = refusal(key, workload, 20);
        assertThat(refusal.message())
                .isEqualTo("the workload \"bot\" has reached its limit of 100 tokens per minute: the request may need"
                        + " more than the 0 that are left; try again in 60 seconds");
        now.addAndGet(SECONDS.toNanos(refusal.retryAfterSeconds()));
        assertThat(ask(key, workload, 20)).isNotNull();
    }

    @Test
    void concurrencyHasACodeOfItsOwnAndIsFreedOnceHoweverOftenItIsLeft() {
        Limiter key = key(null, null, 2);
        LimitLease first = take(key, null, 1);
        take(key, null, 1);
        Refusal refusal = refusal(key, null, 1);
        assertThat(refusal)
                .isEqualTo(new Refusal(
                        ErrorCode.CONCURRENCY_EXCEEDED,
                        "this key has reached its limit of 2 concurrent requests; try again when another request has ended",
                        1));
        first.leave();
        first.leave();
        take(key, null, 1);
        assertThat(ask(key, null, 1)).isNull();
    }

    @Test
    void expectingMoreThanFitsGivesTheRequestBack() {
        Limiter key = key(10, 100, null);
        Limiter workload = workload(10, 50, null);
        LimitLease lease = take(key, workload, 5);
        assertThat(lease.expect(40, false)).isNull();
        LimitLease second = take(key, workload, 5);
        Refusal refusal = Objects.requireNonNull(second.expect(11, false)).refusal();
        second.withdraw();
        assertThat(refusal.message()).contains("the workload \"bot\"", "50 tokens per minute", "the 10 that are left");
        assertThat(second.headers().tokens()).extracting(Standing::left).isEqualTo(10L);
        assertThat(second.headers().requests()).extracting(Standing::left).isEqualTo(9L);
    }

    @Test
    void whatIsExpectedAnewCountsFromThenOn() {
        Limiter key = key(null, 100, null);
        LimitLease lease = take(key, null, 50);
        now.set(SECONDS.toNanos(50));
        assertThat(lease.expect(60, false)).isNull();
        now.set(SECONDS.toNanos(70));
        assertThat(ask(key, null, 41)).isNull();
        assertThat(ask(key, null, 40)).isNotNull();
    }

    @Test
    void withoutAUsageTheExpectationStaysUnlessNothingCanHaveBeenUsed() {
        Limiter key = key(null, 100, null);
        take(key, null, 60).settle(TokenCount.UNKNOWN, true);
        assertThat(ask(key, null, 60)).isNull();
        now.set(2 * MINUTE);
        LimitLease unused = take(key, null, 60);
        unused.settle(TokenCount.UNKNOWN, false);
        unused.settle(TokenCount.UNKNOWN, true);
        assertThat(ask(key, null, 100)).isNotNull();
    }

    @Test
    void durationsAreWrittenAsOpenAiWritesThemAndRoundedUp() {
        assertThat(LimitHeaders.duration(0)).isEqualTo("0ms");
        assertThat(LimitHeaders.duration(1)).isEqualTo("1ms");
        assertThat(LimitHeaders.duration(20_000_000)).isEqualTo("20ms");
        assertThat(LimitHeaders.duration(999_000_001)).isEqualTo("1s");
        assertThat(LimitHeaders.duration(SECONDS.toNanos(1))).isEqualTo("1s");
        assertThat(LimitHeaders.duration(SECONDS.toNanos(59) + 1)).isEqualTo("1m0s");
        assertThat(LimitHeaders.duration(SECONDS.toNanos(60) + 500_000_000)).isEqualTo("1m1s");
        assertThat(LimitHeaders.duration(SECONDS.toNanos(360))).isEqualTo("6m0s");
    }

    /** What was admitted by one limiter, and how many were under way at once. */
    private static final class Watched {
        final Limiter limiter;
        final Limits limits;
        final ConcurrentLinkedQueue<long[]> admitted = new ConcurrentLinkedQueue<>();
        final AtomicInteger running = new AtomicInteger();
        final LongAccumulator mostRunning = new LongAccumulator(Math::max, 0);

        Watched(Limiter limiter, Limits limits) {
            this.limiter = limiter;
            this.limits = limits;
        }

        void admitted(long at, long tokens) {
            admitted.add(new long[] {at, tokens});
            mostRunning.accumulate(running.incrementAndGet());
        }

        void check() {
            List<long[]> inOrder = new ArrayList<>(admitted);
            inOrder.sort(Comparator.comparingLong(one -> one[0]));
            long requests = 0;
            long tokens = 0;
            int first = 0;
            for (long[] last : inOrder) {
                requests++;
                tokens += last[1];
                for (; last[0] - inOrder.get(first)[0] > MINUTE; first++) {
                    requests--;
                    tokens -= inOrder.get(first)[1];
                }
                assertThat(requests).isLessThanOrEqualTo(Objects.requireNonNull(limits.requestsPerMinute()));
                assertThat(tokens).isLessThanOrEqualTo(Objects.requireNonNull(limits.tokensPerMinute()));
            }
            assertThat(mostRunning.get())
                    .isPositive()
                    .isLessThanOrEqualTo(Objects.requireNonNull(limits.maxConcurrentRequests()));
            assertThat(running).hasValue(0);
        }
    }

    @Test
    void manyThreadsTogetherNeverGetMoreThanTheLimitsInAnyMinute() throws Exception {
        ThreadLocal<Long> read = ThreadLocal.withInitial(() -> 0L);
        LongSupplier ticker = () -> {
            long time = now.addAndGet(7_000_000);
            read.set(time);
            return time;
        };
        List<Watched> keys = new ArrayList<>();
        List<Watched> workloads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Limits ofKey = new Limits(300 + 50 * i, 20_000, 3);
            keys.add(new Watched(Limiter.Maker.ALONE.ofKey("key_1", ofKey), ofKey));
            Limits ofWorkload = new Limits(350, 25_000 - 3_000 * i, 4);
            workloads.add(new Watched(Limiter.Maker.ALONE.ofWorkload("wrk_1", "w" + i, ofWorkload), ofWorkload));
        }
        AtomicInteger seed = new AtomicInteger();
        Callable<Integer> worker = () -> work(new Random(seed.incrementAndGet()), ticker, read, keys, workloads);
        try (ExecutorService threads = Executors.newFixedThreadPool(
                8, Thread.ofPlatform().name("limit-test-", 0).factory())) {
            int admitted = 0;
            for (Future<Integer> done : threads.invokeAll(java.util.Collections.nCopies(8, worker))) {
                admitted += done.get();
            }
            assertThat(admitted).isGreaterThan(1_000);
        }
        keys.forEach(Watched::check);
        workloads.forEach(Watched::check);

        // Nothing was lost on the way either: after a minute of rest everything is there again.
        now.addAndGet(3 * MINUTE);
        for (Watched key : keys) {
            Limits limits = key.limits;
            assertThat(take(key.limiter, null, 1).headers().requests())
                    .extracting(Standing::left)
                    .isEqualTo((long) Objects.requireNonNull(limits.requestsPerMinute()) - 1);
            take(key.limiter, null, 1);
            take(key.limiter, null, 1);
            assertThat(ask(key.limiter, null, 1)).isNull();
        }
    }

    private static int work(
            Random random, LongSupplier ticker, ThreadLocal<Long> read, List<Watched> keys, List<Watched> workloads) {
        Deque<Runnable> ends = new ArrayDeque<>();
        int admitted = 0;
        for (int i = 0; i < 20_000; i++) {
            Watched key = keys.get(random.nextInt(keys.size()));
            Watched workload = workloads.get(random.nextInt(workloads.size()));
            long tokens = 1L + random.nextInt(200);
            if (LimitLease.take(ticker, key.limiter, workload.limiter, tokens) instanceof Decision.Granted granted) {
                admitted++;
                key.admitted(read.get(), tokens);
                workload.admitted(read.get(), tokens);
                ends.add(() -> {
                    key.running.decrementAndGet();
                    workload.running.decrementAndGet();
                    granted.lease().leave();
                });
            }
            if (!ends.isEmpty() && random.nextBoolean()) {
                ends.remove().run();
            }
        }
        ends.forEach(Runnable::run);
        return admitted;
    }
}
