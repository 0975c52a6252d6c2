package dev.inferencekey.server.store.sql;

import static dev.inferencekey.server.store.StoreData.ACME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.price.PriceBook;
import dev.inferencekey.server.domain.price.TokenPrice;
import dev.inferencekey.server.ports.store.UsageStore.Total;
import dev.inferencekey.server.store.StoreData;
import dev.inferencekey.server.store.postgres.PostgresForTests;
import dev.inferencekey.server.store.postgres.PostgresStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several nodes import and sum up at once: nothing is lost, nothing is counted twice, and nobody waits for ever. */
@Tag("slow")
@Timeout(120)
final class UsageOnManyNodesTest {
    private static final Instant START = Instant.parse("2026-06-01T20:00:00Z");
    private static final Instant LATER = START.plus(Duration.ofHours(1));
    private static final int ENOUGH = 1_000_000;

    private final PostgresForTests.Database database = PostgresForTests.database();
    private final PostgresStore one = database.open();
    private final PostgresStore other = database.open();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeEach
    void project() {
        StoreData.fill(one);
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        one.close();
        other.close();
        database.close();
    }

    @Test
    void aRollUpWaitsForTheRecordThatAnotherNodeIsImporting() throws Exception {
        append(one, record("use_0", START, 10));
        CountDownLatch inserted = new CountDownLatch(1);
        CountDownLatch mayCommit = new CountDownLatch(1);
        Future<?> importing = threads.submit(() -> one.<Boolean>append(session -> {
            session.usage().append(List.of(record("use_1", START, 10)));
            inserted.countDown();
            return awaited(mayCommit);
        }));
        awaited(inserted);

        Future<?> rollingUp = threads.submit(() -> rollUp(other));
        awaitSomebodyWaiting();
        mayCommit.countDown();
        importing.get(30, TimeUnit.SECONDS);
        rollingUp.get(30, TimeUnit.SECONDS);

        assertThat(summedRequests()).isEqualTo(2);
    }

    @Test
    void aRecordThatComesWhileItsTimeIsSummedUpElsewhereIsLate() throws Exception {
        append(one, record("use_1", START, 10));
        CountDownLatch summedUp = new CountDownLatch(1);
        CountDownLatch mayCommit = new CountDownLatch(1);
        Future<?> rollingUp = threads.submit(() -> one.<Boolean>append(session -> {
            session.usageSums().rollUp("acme", LATER, ENOUGH);
            summedUp.countDown();
            return awaited(mayCommit);
        }));
        awaited(summedUp);

        Future<?> importing = threads.submit(() -> append(other, record("use_2", START.plusSeconds(1), 20)));
        awaitSomebodyWaiting();
        mayCommit.countDown();
        rollingUp.get(30, TimeUnit.SECONDS);
        importing.get(30, TimeUnit.SECONDS);

        assertThat(summedRequests()).isEqualTo(1);
        rollUp(one);
        assertThat(summedRequests()).isEqualTo(2);
        assertThat(inputTokens()).isEqualTo(30);
    }

    @Test
    void twoNodesThatNeedTheSameNumbersGiveThemOutOnce() throws Exception {
        List<Future<?>> imports = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            PostgresStore node = i % 2 == 0 ? one : other;
            List<UsageRecord> batch = new ArrayList<>();
            for (int series = 0; series < 25; series++) {
                batch.add(record("use_" + i + "_" + series, START, 1, "key_" + series));
            }
            Collections.shuffle(batch, new Random(i));
            imports.add(threads.submit(() -> append(node, batch.toArray(UsageRecord[]::new))));
        }
        for (Future<?> each : imports) {
            each.get(60, TimeUnit.SECONDS);
        }

        assertThat(number("select count(*) from usage_series")).isEqualTo(25);
        assertThat(number("select count(*) from usage_projects")).isEqualTo(1);
        assertThat(number("select count(*) from usage_records")).isEqualTo(1_000);
    }

    @Test
    void whatWasUsedOfAProjectThatNobodyKnowsHasOneNumber() throws Exception {
        List<Future<?>> imports = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            PostgresStore node = i % 2 == 0 ? one : other;
            UsageRecord record =
                    StoreData.usage("use_same", StoreData.project("proj_gone", "gone"), "bot", "key_1", START);
            imports.add(threads.submit(() -> append(node, record)));
        }
        for (Future<?> each : imports) {
            each.get(60, TimeUnit.SECONDS);
        }

        assertThat(number("select count(*) from usage_projects")).isEqualTo(1);
        assertThat(number("select count(*) from usage_records")).isEqualTo(1);
    }

    @Test
    void aRequestIsNotPricedWhileAnotherNodeSaysFromWhenOnAPriceHolds() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch mayCommit = new CountDownLatch(1);
        Future<?> changing = threads.submit(() -> one.<Boolean>write(session -> {
            session.prices().holdImports();
            session.prices().put(ACME.id(), "bot", new TokenPrice(1_000, null, 2_000), START);
            held.countDown();
            return awaited(mayCommit);
        }));
        awaited(held);

        // It began after the price holds, and another node imports it before the change is committed.
        Future<PriceBook> pricing = threads.submit(
                () -> other.append(session -> session.prices().book(List.of("acme"), List.of("bot"), START)));
        awaitSomebodyWaiting();
        mayCommit.countDown();
        changing.get(30, TimeUnit.SECONDS);

        UsageRecord priced = pricing.get(30, TimeUnit.SECONDS).priced(record("use_1", START.plusMillis(1), 5));
        assertThat(priced.costNanoUsd()).isEqualTo(15);
    }

    /** Nodes import their own journals and each other's, are broken off before they commit, and repeat; roll-ups run at two of them. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void sumsAreWhatTheRecordsComeToWhateverComesInBetween(long seed) throws Exception {
        List<UsageRecord> all = new ArrayList<>();
        Random random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            Instant at = START.plusSeconds(random.nextInt(4 * 3_600));
            all.add(record("use_" + i, at, 1 + random.nextInt(50), "key_" + random.nextInt(5)));
        }
        ConcurrentLinkedQueue<List<UsageRecord>> batches = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < all.size(); ) {
            int size = 1 + random.nextInt(60);
            batches.add(all.subList(i, Math.min(all.size(), i + size)));
            i += size;
        }
        AtomicInteger importing = new AtomicInteger(3);
        AtomicInteger brokenOff = new AtomicInteger();
        List<Future<?>> work = new ArrayList<>();
        for (int importer = 0; importer < 3; importer++) {
            PostgresStore node = importer == 0 ? one : other;
            Random own = new Random(seed * 31 + importer);
            work.add(threads.submit(() -> {
                for (List<UsageRecord> batch = batches.poll(); batch != null; batch = batches.poll()) {
                    // The journal keeps it until the store has it.
                    while (!imported(node, batch, own, brokenOff)) {
                        Thread.onSpinWait();
                    }
                }
                importing.decrementAndGet();
            }));
        }
        for (PostgresStore node : List.of(one, other)) {
            Random own = new Random(seed + node.hashCode());
            work.add(threads.submit(() -> {
                while (importing.get() > 0) {
                    Instant until = START.plusSeconds(own.nextInt(4 * 3_600));
                    node.<Boolean>append(session -> session.usageSums().rollUp("acme", until, 1 + own.nextInt(200)));
                    node.<Boolean>append(session -> session.usageSums()
                            .forget("acme", until.minus(Duration.ofHours(1)), Instant.EPOCH, 1 + own.nextInt(200)));
                }
            }));
        }
        for (Future<?> each : work) {
            each.get(100, TimeUnit.SECONDS);
        }

        Instant end = START.plus(Duration.ofDays(2));
        while (one.<Boolean>append(session -> session.usageSums().rollUp("acme", end, ENOUGH))) {
            Thread.onSpinWait();
        }
        assertThat(brokenOff.get()).isPositive();
        assertThat(summedRequests()).isEqualTo(all.size());
        long tokens = all.stream()
                .mapToLong(record -> record.inputTokens() == null ? 0 : record.inputTokens())
                .sum();
        assertThat(inputTokens()).isEqualTo(tokens);
        for (long span : new long[] {300, 3_600, 86_400}) {
            // Sums over five minutes go with their records, longer ones stay.
            if (span > 300) {
                assertThat(number("select sum(requests) from usage_sums where span = " + span))
                        .isEqualTo(all.size());
            }
        }
    }

    /** False if it was broken off; sometimes it is done twice. */
    private static boolean imported(
            PostgresStore node, List<UsageRecord> batch, Random random, AtomicInteger brokenOff) {
        boolean breaksOff = random.nextInt(4) == 0;
        try {
            node.<Boolean>append(session -> {
                session.usage().append(batch);
                if (breaksOff) {
                    throw new IllegalStateException("killed");
                }
                return true;
            });
        } catch (IllegalStateException e) {
            brokenOff.incrementAndGet();
            return false;
        }
        return random.nextInt(5) > 0;
    }

    @Test
    void aDayOfRecordsGoesWholeOnceItIsSummedUp() throws Exception {
        Instant dayBefore = START.minus(Duration.ofDays(1));
        append(one, record("use_0", dayBefore, 5));
        one.<Boolean>append(session -> {
            session.usageSums().makeRoom(dayBefore);
            return true;
        });
        append(one, record("use_1", START, 10), record("use_2", START.plus(Duration.ofDays(1)), 20));
        assertThat(number("select count(*) from usage_records_rest")).isZero();
        assertThat(number("select count(*) from usage_records_20260531")).isEqualTo(1);
        assertThat(number("select count(*) from usage_records_20260601")).isEqualTo(1);

        Instant before = START;
        assertThat(giveBack(before)).as("nothing is summed up yet").isFalse();
        rollUpAll(START.plus(Duration.ofDays(3)));
        assertThat(giveBack(before)).isTrue();
        assertThat(giveBack(before)).as("the day is not over by then").isFalse();

        assertThat(number("select count(*) from usage_records")).isEqualTo(2);
        assertThat(number("select count(*) from pg_class where relname = 'usage_records_20260531'"))
                .isZero();
        assertThat(summedRequests()).isEqualTo(3);
        // What comes for a day that is gone may be in its sums already.
        append(one, record("use_0", dayBefore, 5), record("use_late", dayBefore.plusSeconds(7), 40));
        rollUpAll(START.plus(Duration.ofDays(3)));
        assertThat(summedRequests()).isEqualTo(3);
        assertThat(inputTokens()).isEqualTo(35);
        assertThat(number("select count(*) from usage_records")).isEqualTo(2);
    }

    @Test
    void severalNodesMakeRoomAtOnce() throws Exception {
        List<Future<?>> work = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            PostgresStore node = i % 2 == 0 ? one : other;
            int number = i;
            work.add(threads.submit(() -> {
                append(node, record("use_" + number, START.plusSeconds(number), 1));
                node.<Boolean>append(session -> {
                    session.usageSums().makeRoom(START);
                    return true;
                });
                append(node, record("use_" + number, START.plusSeconds(number), 1));
            }));
        }
        for (Future<?> each : work) {
            each.get(60, TimeUnit.SECONDS);
        }

        assertThat(number("select count(*) from usage_records")).isEqualTo(8);
        assertThat(number("select count(*) from usage_records_20260601")).isEqualTo(8);
    }

    private boolean giveBack(Instant before) {
        return one.<Boolean>append(session -> session.usageSums().giveBack(before));
    }

    private boolean rollUp(PostgresStore node) {
        return node.<Boolean>append(session -> session.usageSums().rollUp("acme", LATER, ENOUGH));
    }

    private void rollUpAll(Instant until) {
        while (one.<Boolean>append(session -> session.usageSums().rollUp("acme", until, ENOUGH))) {
            Thread.onSpinWait();
        }
    }

    private static boolean append(PostgresStore node, UsageRecord... records) {
        return node.<Boolean>append(session -> {
            session.usage().append(List.of(records));
            return true;
        });
    }

    private static UsageRecord record(String id, Instant at, long input) {
        return record(id, at, input, "key_1");
    }

    private static UsageRecord record(String id, Instant at, long input, String key) {
        return StoreData.usage(id, ACME, "bot", key, at, 200, input, null);
    }

    private long summedRequests() {
        return totals().stream().mapToLong(Total::requests).sum();
    }

    private long inputTokens() {
        return totals().stream().mapToLong(Total::inputTokens).sum();
    }

    private List<Total> totals() {
        return one.read(session ->
                session.usage().totals("acme", START.minus(Duration.ofDays(3)), START.plus(Duration.ofDays(5))));
    }

    private long number(String sql) throws Exception {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Until a transaction waits for what another one holds. */
    private void awaitSomebodyWaiting() {
        await().until(() -> number("""
                        select count(*) from pg_locks l join pg_database d on d.oid = l.database
                         where d.datname = current_database() and not l.granted
                        """) > 0);
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
