package dev.inferencekey.server.background.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.background.engine.FakeNodes;
import dev.inferencekey.server.background.usage.ActivityListener;
import dev.inferencekey.server.background.usage.UsageImport;
import dev.inferencekey.server.domain.budget.AccountKey;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.BudgetAccount;
import dev.inferencekey.server.domain.budget.BudgetPeriod;
import dev.inferencekey.server.domain.budget.BudgetSubject;
import dev.inferencekey.server.domain.budget.BudgetUnit;
import dev.inferencekey.server.domain.budget.NodeLedger.Claim;
import dev.inferencekey.server.domain.inference.TestUsage;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.journal.JournalConfig;
import dev.inferencekey.server.journal.MappedUsageJournal;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.access.Budgets;
import dev.inferencekey.server.ports.access.Budgets.Decision;
import dev.inferencekey.server.ports.store.UsageStore.Total;
import dev.inferencekey.server.ports.usage.JournalFullPolicy;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is metered and booked of calls that ended while the store was away, when their process stops or is killed before it is back. */
@Tag("slow")
final class BudgetRestartTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Budget BUDGET = new Budget(
            "bud_1",
            BudgetSubject.ofProject("proj_1"),
            BudgetUnit.TOKENS,
            1_000_000,
            BudgetPeriod.TOTAL,
            ZoneOffset.UTC);

    @TempDir
    Path folder;

    @AutoClose
    private final BreakableStore store = TestStores.sqlite();

    private final IdSource ids = Fixtures.ids();
    private final FakeNodes nodes = new FakeNodes();
    private final AtomicLong used = new AtomicLong();

    @BeforeEach
    void project() {
        Fixtures.project(store);
        store.write(session -> {
            session.budgets().put("proj_1", BUDGET);
            return session.apiKeys().insert(Fixtures.key("key_1", "0000abcd"));
        });
    }

    /** The parts of a node that meter and book. */
    private final class Running implements AutoCloseable {
        final BreakableStore own = BreakableStore.over(store);
        final MappedUsageJournal journal;
        final BudgetLedger ledger;
        final UsageImport usage;

        Running(String node, Path journalFolder) {
            journal = MappedUsageJournal.open(JournalConfig.defaults(journalFolder));
            ledger = new BudgetLedger(own, ids, InstantSource.system(), nodes.join(node), false);
            usage = new UsageImport(
                    new UsageImport.Parts(
                            journal,
                            JournalFullPolicy.REFUSE,
                            new LateSpending(ledger),
                            own,
                            ids,
                            InstantSource.system(),
                            new Random(1),
                            new ActivityListener() {
                                @Override
                                public void requestEnded(String workloadId, Instant at) {}

                                @Override
                                public void requestWaits(String workloadId) {}
                            }),
                    Duration.ofMillis(5));
            ledger.start();
        }

        Running importing() {
            usage.start();
            return this;
        }

        Budgets.Request admitted() throws InterruptedException {
            CountDownLatch decided = new CountDownLatch(1);
            Budgets.Request request = ledger.ask(List.of(new Claim(BUDGET, 100)), decided::countDown);
            if (request.decision() instanceof Decision.Waiting) {
                assertThat(decided.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            }
            assertThat(request.decision()).isEqualTo(new Decision.Admitted());
            return request;
        }

        /** Ends it as the gateway does; counted down when its last byte may go. */
        CountDownLatch end(Budgets.Request request, long tokens) {
            CountDownLatch released = new CountDownLatch(1);
            String unbooked = request.settle(new long[] {tokens}, released::countDown);
            usage.requestEnded(record(ids.next("use"), tokens, String.valueOf(unbooked)));
            used.addAndGet(tokens);
            return released;
        }

        @Override
        public void close() {
            ledger.close();
            usage.close();
            journal.close();
        }
    }

    @Test
    void whatEndedWhileTheStoreWasAwayIsMeteredAndBookedOnceAfterAStop() throws InterruptedException {
        CountDownLatch last;
        try (Running stops = new Running("node_1", folder).importing()) {
            List<Budgets.Request> calls =
                    List.of(stops.admitted(), stops.admitted(), stops.admitted(), stops.admitted());
            assertThat(stops.end(calls.get(0), 10).await(10, TimeUnit.SECONDS)).isTrue();
            stops.own.failWith("away");
            stops.end(calls.get(1), 20);
            stops.end(calls.get(2), 30);
            last = stops.end(calls.get(3), 40);
        }
        assertThat(last.await(10, TimeUnit.SECONDS))
                .as("nobody waits any longer")
                .isTrue();
        assertThat(account().spent()).isLessThan(used.get());
        try (Running next = new Running("node_2", folder).importing()) {
            assertThat(next.usage.awaitStored(PATIENCE)).isZero();
            exactlyOnce();
        }
    }

    @Test
    void whatEndedWhileTheStoreWasAwayIsMeteredAndBookedOnceAfterAKill() throws Exception {
        Path left;
        try (Running dies = new Running("node_1", folder.resolve("before")).importing()) {
            List<Budgets.Request> calls = List.of(dies.admitted(), dies.admitted(), dies.admitted());
            assertThat(dies.end(calls.get(0), 10).await(10, TimeUnit.SECONDS)).isTrue();
            dies.own.failWith("away");
            dies.end(calls.get(1), 20);
            dies.end(calls.get(2), 30);
            left = copy(folder.resolve("before"), "left");
        }
        try (Running next = new Running("node_2", left).importing()) {
            assertThat(next.usage.awaitStored(PATIENCE)).isZero();
            exactlyOnce();
        }
        Path again = copy(folder.resolve("before"), "again");
        try (Running another = new Running("node_3", again).importing()) {
            assertThat(another.usage.awaitStored(PATIENCE)).isZero();
            exactlyOnce();
        }
    }

    @Test
    void nobodyGetsWhatAKilledRunHadUsedAndNotBooked() throws Exception {
        Budget small = new Budget(
                "bud_1", BudgetSubject.ofProject("proj_1"), BudgetUnit.TOKENS, 300, BudgetPeriod.TOTAL, ZoneOffset.UTC);
        store.write(session -> {
            session.budgets().put("proj_1", small);
            return true;
        });
        try (Running dies = new Running("node_1", folder.resolve("before")).importing()) {
            List<Budgets.Request> calls = List.of(dies.admitted(), dies.admitted(), dies.admitted());
            dies.own.failWith("away");
            calls.forEach(call -> dies.end(call, 100));
        }
        try (Running next = new Running("node_1", copy(folder.resolve("before"), "left"))) {
            CountDownLatch decided = new CountDownLatch(1);
            Budgets.Request request = next.ledger.ask(List.of(new Claim(small, 100)), decided::countDown);
            waitUntil(() -> account().recalls() > 0 || !(request.decision() instanceof Decision.Waiting));
            assertThat(request.decision())
                    .as("what was used and is not imported yet is nobody else's")
                    .isEqualTo(new Decision.Waiting());
            next.importing();
            assertThat(decided.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(request.decision()).isInstanceOf(Decision.UsedUp.class);
        }
        assertThat(account().spent()).isEqualTo(300);
        assertThat(account().held()).isZero();
    }

    @Test
    void whatIsBookedAtAStopIsNotBookedAgain() throws InterruptedException {
        try (Running stops = new Running("node_1", folder).importing()) {
            List<Budgets.Request> calls = List.of(stops.admitted(), stops.admitted(), stops.admitted());
            calls.forEach(call -> stops.end(call, 25));
        }
        exactlyOnce();
        try (Running next = new Running("node_2", folder).importing()) {
            assertThat(next.usage.awaitStored(PATIENCE)).isZero();
            exactlyOnce();
        }
    }

    @Test
    void aCallThatCannotBeToldDoesNotKeepTheOthersWaiting() throws InterruptedException {
        try (Running process = new Running("node_1", folder).importing()) {
            Budgets.Request fails = process.admitted();
            Budgets.Request other = process.admitted();
            fails.settle(new long[] {1}, () -> {
                throw new IllegalStateException("its event loop is broken");
            });
            used.addAndGet(1);
            assertThat(process.end(other, 5).await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(account().spent()).isEqualTo(6);
        }
    }

    private void exactlyOnce() {
        waitUntil(() -> account().held() == 0); // What nobody uses any more is on its way back.
        assertThat(account().spent()).isEqualTo(used.get());
        List<Total> totals = store.read(
                session -> session.usage().totals("acme", Fixtures.CREATED, Fixtures.CREATED.plus(Duration.ofDays(1))));
        assertThat(totals.stream().mapToLong(Total::outputTokens).sum()).isEqualTo(used.get());
    }

    private static void waitUntil(BooleanSupplier condition) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < until) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private BudgetAccount account() {
        return store.read(session -> session.budgets().account(new AccountKey("bud_1", Instant.EPOCH)));
    }

    private Path copy(Path from, String name) throws IOException {
        Path to = Files.createDirectory(folder.resolve(name));
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(file -> !file.endsWith("segment.new")).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        return to;
    }

    private static UsageRecord record(String id, long tokens, String unbooked) {
        return TestUsage.of(id, Fixtures.CREATED)
                .tokens(0L, tokens)
                .unbooked(unbooked)
                .record();
    }
}
