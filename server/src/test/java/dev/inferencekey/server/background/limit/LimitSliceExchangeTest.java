package dev.inferencekey.server.background.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.limit.LimitShare;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.limit.SharedLimit;
import dev.inferencekey.server.domain.limit.Shortage;
import dev.inferencekey.server.domain.limit.SliceTerms;
import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.store.TestStores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nodes that share limits over one PostgreSQL. */
@Tag("slow")
final class LimitSliceExchangeTest {
    private final Store store = TestStores.postgres();
    private final List<TestNode> nodes = new ArrayList<>();

    @AfterEach
    void close() {
        nodes.forEach(TestNode::close);
        store.close();
    }

    private TestNode node(String id) {
        TestNode node = new TestNode(store, id);
        nodes.add(node);
        return node;
    }

    private static Limits requests(int limit) {
        return new Limits(limit, null, null);
    }

    private static Limits concurrent(int limit) {
        return new Limits(null, null, limit);
    }

    private long held(Shortage.Kind kind) {
        return store
                .<Map<String, SharedLimit>>append(
                        session -> session.limitSlices().lock(List.of("key_1")))
                .values()
                .stream()
                .mapToLong(limit -> limit.of(kind).held())
                .sum();
    }

    private static void waitUntil(BooleanSupplier holds) {
        long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited for 20 s").isLessThan(until);
            Thread.onSpinWait();
        }
    }

    private static double figure(TestNode node, String name) {
        return node.exchange.metrics().stream()
                .filter(metric -> metric.name().equals(name))
                .flatMap(metric -> metric.points().stream())
                .mapToDouble(point -> ((Metric.Value) point).value())
                .sum();
    }

    @Test
    void aNodeThatIsAloneGetsAllOfALimitWithFewExchanges() {
        TestNode node = node("node_a");
        TestNode.Counted limit = node.limit("key_1", requests(1_000));
        for (int i = 0; i < 1_000; i++) {
            limit.callWaiting();
        }
        assertThat(limit.call()).isNull();
        assertThat(held(Shortage.Kind.REQUESTS)).isEqualTo(1_000);
        assertThat(figure(node, "inferencekey_limit_slice_exchanges_total")).isBetween(2.0, 40.0);
    }

    @Test
    void whatIsIdleOnOneNodeIsUsedOnAnother() {
        TestNode.Counted here = node("node_a").limit("key_1", requests(100));
        TestNode.Counted there = node("node_b").limit("key_1", requests(100));
        for (int i = 0; i < 40; i++) {
            here.callWaiting();
        }
        for (int i = 0; i < 60; i++) {
            there.callWaiting();
        }
        assertThat(here.call()).isNull();
        assertThat(there.call()).isNull();
    }

    @Test
    void aNodeThatStopsLeavesBehindOnlyWhatItHasInUse() {
        TestNode stopping = node("node_a");
        TestNode.Counted first = stopping.limit("key_1", requests(100));
        for (int i = 0; i < 10; i++) {
            first.callWaiting();
        }
        stopping.close();
        assertThat(held(Shortage.Kind.REQUESTS)).isEqualTo(10);
        TestNode.Counted second = node("node_b").limit("key_1", requests(100));
        for (int i = 0; i < 90; i++) {
            second.callWaiting();
        }
        assertThat(second.call()).isNull();
    }

    @Test
    void concurrentRequestsOfADeadNodeAreFreeOnceItIsFoundLost() {
        TestNode dying = node("node_a");
        TestNode.Counted first = dying.limit("key_1", concurrent(5));
        for (int i = 0; i < 5; i++) {
            first.callWaiting();
        }
        TestNode.Counted second = node("node_b").limit("key_1", concurrent(5));
        assertThat(second.call()).isNull();
        dying.dies();
        for (int i = 0; i < 5; i++) {
            second.callWaiting();
        }
        assertThat(second.call()).isNull();
    }

    @Test
    void aLimitThatIsLoweredHoldsOverAllNodesTogether() {
        TestNode.Counted here = node("node_a").limit("key_1", requests(1_000));
        TestNode.Counted there = node("node_b").limit("key_1", requests(1_000));
        here.callWaiting();
        there.callWaiting();
        here.change(requests(10));
        there.change(requests(10));
        int admitted = 2;
        long until = System.nanoTime() + Duration.ofSeconds(3).toNanos();
        while (System.nanoTime() < until) {
            admitted += here.call() == null ? 0 : 1;
            admitted += there.call() == null ? 0 : 1;
        }
        assertThat(admitted).isEqualTo(10);
    }

    @Test
    void aNodeWhoseStoreIsAwayAdmitsItsPartAndGoesOnWhenTheStoreIsBack() {
        TestNode away = node("node_a");
        node("node_b");
        node("node_c");
        TestNode.Counted limit = away.limit("key_1", requests(30));
        away.limit("key_2", requests(30)).callWaiting(); // It knows the others by then.
        waitUntil(() -> away.exchange.terms().nodes() == 3);
        away.cut = true;
        waitUntil(() -> {
            limit.call();
            return away.exchange.terms().reach() == SliceTerms.Reach.STORE_SILENT;
        });
        int admitted = 0;
        while (limit.call() != null) {
            admitted++;
        }
        assertThat(admitted).isBetween(9, 10);
        away.cut = false;
        for (int i = 0; i < 20; i++) {
            limit.callWaiting();
        }
        assertThat(limit.call()).isNull();
    }

    @Test
    void threeNodesThatDieAndComeBackNeverHaveMoreUnderWayThanTheLimit() throws Exception {
        int limit = 12;
        AtomicReferenceArray<Life> running = new AtomicReferenceArray<>(3);
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        int ids = 0;
        for (int i = 0; i < 3; i++) {
            running.set(i, new Life(node("node_" + ++ids), limit));
        }
        AtomicBoolean over = new AtomicBoolean();
        List<Future<?>> all = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 30; i++) {
                int home = i % 3;
                Random random = new Random(i);
                all.add(threads.submit(() -> {
                    while (!over.get()) {
                        Life life = Objects.requireNonNull(running.get(home));
                        LimitShare share = life.begin(underWay, most);
                        if (share != null && random.nextInt(4) > 0) {
                            LockSupport.parkNanos(random.nextInt(20_000_000));
                        }
                        if (share != null) {
                            served.incrementAndGet();
                            life.end(share, underWay);
                        } else {
                            LockSupport.parkNanos(1_000_000);
                        }
                    }
                }));
            }
            Random random = new Random(7);
            for (int kill = 0; kill < 8; kill++) {
                int before = served.get();
                waitUntil(() -> served.get() > before + 100);
                int victim = random.nextInt(3);
                Objects.requireNonNull(running.get(victim)).dies(underWay);
                running.set(victim, new Life(node("node_" + ++ids), limit));
            }
            over.set(true);
            for (Future<?> one : all) {
                one.get();
            }
        }
        assertThat(most.get()).isEqualTo(limit);
    }

    /** One life of a node: what it has under way ends with it. */
    private static final class Life {
        final TestNode node;
        final TestNode.Counted limit;
        final ReentrantReadWriteLock alive = new ReentrantReadWriteLock();
        final Map<LimitShare, Boolean> open = new ConcurrentHashMap<>();
        boolean dead;

        Life(TestNode node, int limit) {
            this.node = node;
            this.limit = node.limit("key_1", concurrent(limit));
        }

        @Nullable
        LimitShare begin(AtomicInteger underWay, AtomicInteger most) {
            alive.readLock().lock();
            try {
                LimitShare share = dead ? null : limit.call();
                if (share != null) {
                    open.put(share, true);
                    most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                }
                return share;
            } finally {
                alive.readLock().unlock();
            }
        }

        void end(LimitShare share, AtomicInteger underWay) {
            alive.readLock().lock();
            try {
                if (!dead && open.remove(share) != null) {
                    underWay.decrementAndGet(); // First, since another node may have its place at once.
                    limit.end(share);
                }
            } finally {
                alive.readLock().unlock();
            }
        }

        void dies(AtomicInteger underWay) {
            alive.writeLock().lock();
            try {
                dead = true;
                underWay.addAndGet(-open.size());
            } finally {
                alive.writeLock().unlock();
            }
            node.dies();
        }
    }
}
