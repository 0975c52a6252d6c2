package dev.inferencekey.server.background.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.background.Fixtures;
import dev.inferencekey.server.background.engine.FakeNodes;
import dev.inferencekey.server.domain.budget.AccountKey;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.BudgetAccount;
import dev.inferencekey.server.domain.budget.BudgetPeriod;
import dev.inferencekey.server.domain.budget.BudgetSubject;
import dev.inferencekey.server.domain.budget.BudgetUnit;
import dev.inferencekey.server.domain.budget.NodeLedger.Claim;
import dev.inferencekey.server.domain.budget.UnbookedSpending;
import dev.inferencekey.server.domain.webhook.WebhookEvent;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.access.Budgets;
import dev.inferencekey.server.ports.access.Budgets.Decision;
import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.store.BudgetStore;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.WebhookStore;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ledgers over real stores. */
@Tag("slow")
final class BudgetLedgerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @AutoClose
    private final BreakableStore store = TestStores.sqlite();

    private final IdSource ids = Fixtures.ids();
    private final FakeNodes nodes = new FakeNodes();

    @AutoClose
    private final BudgetLedger ledger = ledger(store, nodes.join("node_1"));

    @BeforeEach
    void project() {
        Fixtures.project(store);
    }

    private BudgetLedger ledger(Store of, Membership node) {
        BudgetLedger made = new BudgetLedger(of, ids, InstantSource.system(), node, true);
        made.start();
        return made;
    }

    private static Budget budget(Store of, long amount) {
        Budget budget = new Budget(
                "bud_1",
                BudgetSubject.ofProject("proj_1"),
                BudgetUnit.TOKENS,
                amount,
                BudgetPeriod.TOTAL,
                ZoneOffset.UTC);
        of.write(session -> {
            session.budgets().put("proj_1", budget);
            return true;
        });
        return budget;
    }

    private static BudgetAccount account(Store of) {
        return of.read(session -> session.budgets().account(new AccountKey("bud_1", Instant.EPOCH)));
    }

    /** A request, and what it is told. */
    private static final class Call {
        final BlockingQueue<String> decisions = new LinkedBlockingQueue<>();
        final BlockingQueue<String> bookings = new LinkedBlockingQueue<>();
        final Budgets.Request request;

        Call(BudgetLedger ledger, Budget budget, long worst) {
            request = ledger.ask(List.of(new Claim(budget, worst)), () -> decisions.add("decided"));
        }

        Decision decided() throws InterruptedException {
            if (request.decision() instanceof Decision.Waiting) {
                decisions.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            }
            return request.decision();
        }

        Call admitted() throws InterruptedException {
            assertThat(decided()).isEqualTo(new Decision.Admitted());
            return this;
        }

        void settled(long used) throws InterruptedException {
            settle(used);
            assertThat(bookings.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                    .isEqualTo("booked");
        }

        UnbookedSpending settle(long used) {
            return UnbookedSpending.parse(
                    String.valueOf(request.settle(new long[] {used}, () -> bookings.add("booked"))));
        }
    }

    private static void await(java.util.function.BooleanSupplier holds) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time runs out").isLessThan(until);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void booksWhatWasUsedAndGivesBackWhatIsIdle() throws InterruptedException {
        Budget budget = budget(store, 1_000);
        Call call = new Call(ledger, budget, 100).admitted();
        assertThat(account(store).held()).isGreaterThanOrEqualTo(100);
        call.settled(30);
        assertThat(account(store).spent()).isEqualTo(30);
        await(() -> account(store).held() == 0);
        assertThat(new Call(ledger, budget, 971).decided()).isEqualTo(new Decision.UsedUp(budget, 971, 970));
    }

    @Test
    void tellsThatWhatIsLeftIsHeld() throws InterruptedException {
        Budget budget = budget(store, 100);
        Call running = new Call(ledger, budget, 80).admitted();
        Call waits = new Call(ledger, budget, 50);
        assertThat(waits.request.decision()).isEqualTo(new Decision.Waiting());
        await(() -> account(store).recalls() > 0);
        assertThat(waits.request.giveUp()).isInstanceOf(Decision.Held.class);
        running.request.release();
        new Call(ledger, budget, 100).admitted();
    }

    @Test
    void whatEndsUnusedIsHadAtOnceByWhoWaitsOnANodeThatIsAlone() throws InterruptedException {
        Budget budget = budget(store, 100);
        try (BudgetLedger alone = new BudgetLedger(store, ids, InstantSource.system(), nodes.join("node_2"), false)) {
            alone.start();
            Call running = new Call(alone, budget, 80).admitted();
            Call waits = new Call(alone, budget, 50);
            await(() -> account(store).recalls() > 0);
            store.failWith("away"); // The store is not needed for it.
            running.request.release();
            assertThat(waits.request.decision()).isEqualTo(new Decision.Admitted());
            assertThat(waits.decisions.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                    .isEqualTo("decided");
            store.recover();
        }
    }

    @Test
    void aNodeWhoseBooksWereClosedLetsNobodyWaitForThem() throws InterruptedException {
        Budget budget = budget(store, 1_000);
        Call call = new Call(ledger, budget, 100).admitted();
        store.append(session -> {
            session.budgets().openHolders().forEach(holder -> session.budgets().close(holder.id()));
            return true;
        });
        UnbookedSpending spending = call.settle(60);
        assertThat(call.bookings.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                .isEqualTo("booked");
        assertThat(ledger.neverBooked(spending, PATIENCE)).isTrue();
        importLate(spending);
        assertThat(account(store).spent()).isEqualTo(60);
    }

    @Test
    void withoutTheStoreNothingIsAdmittedThatIsNotHeldAlready() throws InterruptedException {
        Budget budget = budget(store, 1_000);
        Call first = new Call(ledger, budget, 10).admitted();
        store.failWith("away");
        first.settle(5);
        Call second = new Call(ledger, budget, 900);
        assertThat(second.request.decision()).isEqualTo(new Decision.Waiting());
        assertThat(second.request.giveUp()).isInstanceOfAny(Decision.Unknown.class, Decision.Held.class);
        store.recover();
        assertThat(first.bookings.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                .isEqualTo("booked");
        assertThat(account(store).spent()).isEqualTo(5);
    }

    @Test
    void aNodeWithoutItsLeaseAdmitsNothing() throws InterruptedException {
        Budget budget = budget(store, 1_000);
        new Call(ledger, budget, 10).admitted();
        nodes.lose("node_1");
        assertThat(new Call(ledger, budget, 1).decided()).isEqualTo(new Decision.Unknown());
    }

    @Test
    void whatALostNodeHeldIsFree() throws InterruptedException {
        Budget budget = budget(store, 100);
        new Call(ledger, budget, 100).admitted();
        Membership other = nodes.join("node_2");
        nodes.lose("node_1");
        try (BudgetLedger second = ledger(store, other)) {
            new Call(second, budget, 100).admitted();
        }
    }

    @Test
    void whatIsLateIsBookedByTheLedgerOrByTheImportAndNeverByBoth() throws InterruptedException {
        Budget budget = budget(store, 1_000);
        Call call = new Call(ledger, budget, 100).admitted();
        store.failWritesWith("slow");
        UnbookedSpending spending = call.settle(60);
        assertThat(spending.parts())
                .containsExactly(new UnbookedSpending.Part(new AccountKey("bud_1", Instant.EPOCH), 100, 60));
        assertThatThrownBy(() -> ledger.neverBooked(spending, Duration.ofMillis(20)))
                .isInstanceOf(IllegalStateException.class);
        store.recover();
        assertThat(ledger.neverBooked(spending, PATIENCE)).isFalse();
        assertThat(account(store).spent()).isEqualTo(60);
        importLate(spending);
        assertThat(account(store).spent()).isEqualTo(60);
    }

    private void importLate(UnbookedSpending spending) {
        store.append(session -> {
            LateSpending.book(session, "use_1", spending, ids, Instant.now());
            return true;
        });
    }

    @Test
    void whatALedgerThatHasEndedNeverBookedIsBookedOnceByTheImport() throws InterruptedException {
        Budget budget = budget(store, 1_000);
        UnbookedSpending spending;
        try (BudgetLedger dies = ledger(store, nodes.join("node_2"))) {
            Call call = new Call(dies, budget, 100).admitted();
            store.failWritesWith("slow");
            spending = call.settle(60);
        }
        store.recover();
        assertThat(ledger.neverBooked(spending, PATIENCE)).isTrue();
        importLate(spending);
        importLate(spending);
        assertThat(account(store)).isEqualTo(new BudgetAccount(60, 0, 0));
    }

    @Test
    void closingBooksWhatHasEndedAndFreesTheRest() throws InterruptedException {
        Budget budget = budget(store, 1_000);
        try (BudgetLedger ends = ledger(store, nodes.join("node_2"))) {
            Call call = new Call(ends, budget, 100).admitted();
            new Call(ends, budget, 100).admitted();
            call.settle(60);
        }
        assertThat(account(store)).isEqualTo(new BudgetAccount(60, 0, 0));
        assertThat(store.<List<BudgetStore.Holder>>read(
                        session -> session.budgets().openHolders()))
                .extracting(BudgetStore.Holder::nodeId)
                .doesNotContain("node_2");
    }

    @Test
    void eachShareAtWhichPeopleAreWarnedIsToldOnce() throws InterruptedException {
        Budget budget = budget(store, 1_000);
        for (int used : new int[] {300, 300, 100, 150, 145}) {
            new Call(ledger, budget, used).admitted().settled(used);
        }
        List<String> told =
                store.read(session -> session.audit().list("acme", null, new PageRequest(100, null)).items().stream()
                        .filter(event -> event.action().equals("project.budget_reached"))
                        .map(event -> event.details().get("percent"))
                        .toList());
        assertThat(told).containsExactly("100", "80", "50");
        assertThat(ledger.metrics().getFirst().points())
                .containsExactly(
                        new Metric.Value(List.of("50"), 1),
                        new Metric.Value(List.of("80"), 1),
                        new Metric.Value(List.of("100"), 1));
    }

    @Test
    void theReceiverOfWebhooksIsToldOfEachShareWithWhatItNeedsToKnow() throws InterruptedException {
        Budget budget = budget(store, 1_000);
        new Call(ledger, budget, 850).admitted().settled(850);
        List<WebhookEvent> events = events(store);
        assertThat(events).extracting(WebhookEvent::type).containsExactly(WebhookEvent.BUDGET_THRESHOLD_REACHED);
        Map<String, @Nullable Object> data = events.getFirst().data();
        assertThat(data.keySet()).containsExactly("percent", "subject", "project", "budget");
        assertThat(data)
                .containsEntry("percent", 80)
                .containsEntry("subject", Map.of("kind", "project", "id", "proj_1", "slug", "acme", "name", "Acme"))
                .containsEntry("project", Map.of("id", "proj_1", "slug", "acme", "name", "Acme"));
        assertThat(data.get("budget"))
                .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
                .containsEntry("id", "bud_1")
                .containsEntry("unit", "tokens")
                .containsEntry("amount", "1000")
                .containsEntry("spent", "850")
                .containsEntry("period", "total")
                .containsEntry("zone", "UTC")
                .containsEntry("resets_at", null);
    }

    @Test
    void whatTheImportBooksWarnsAsWhatTheLedgerBooks() {
        budget(store, 1_000);
        UnbookedSpending spending = new UnbookedSpending(
                "led_gone", 1, List.of(new UnbookedSpending.Part(new AccountKey("bud_1", Instant.EPOCH), 900, 850)));
        for (String usageId : List.of("use_1", "use_1")) {
            store.append(session -> LateSpending.book(session, usageId, spending, ids, Instant.now()));
        }
        assertThat(account(store).spent()).isEqualTo(850);
        assertThat(events(store))
                .singleElement()
                .satisfies(event -> assertThat(event.data()).containsEntry("percent", 80));
    }

    private static List<WebhookEvent> events(Store of) {
        return of.read(session -> session.webhooks().due(Instant.MAX, 100).stream()
                .map(WebhookStore.Waiting::event)
                .toList());
    }

    @Test
    void eachShareIsToldOnceWhicheverNodesReachIt() throws Exception {
        try (BreakableStore shared = TestStores.postgres()) {
            Fixtures.project(shared);
            Budget budget = budget(shared, 1_000);
            try (BudgetLedger one = ledger(shared, nodes.join("pg_1"));
                    BudgetLedger other = ledger(shared, nodes.join("pg_2"));
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Callable<Boolean>> calls = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    BudgetLedger books = i % 2 == 0 ? one : other;
                    calls.add(() -> {
                        new Call(books, budget, 20).admitted().settled(20);
                        return true;
                    });
                }
                for (Future<Boolean> done : threads.invokeAll(calls)) {
                    assertThat(done.get()).isTrue();
                }
            }
            assertThat(events(shared))
                    .extracting(event -> event.data().get("percent"))
                    .containsExactly(50, 80, 100);
        }
    }

    /** A node that can be killed: it does nothing to the store from one moment to the next. */
    private final class Mortal {
        final String id;
        final BreakableStore own;
        final BudgetLedger books;

        Mortal(BreakableStore shared, String id) {
            this.id = id;
            this.own = BreakableStore.over(shared);
            this.books = ledger(own, nodes.join(id));
        }

        void kill() {
            own.failWith("killed");
            books.close();
            nodes.lose(id);
        }
    }

    @Test
    void threeNodesOfWhichSomeAreKilledSpendABudgetWhollyAndNoMore() throws Exception {
        long amount = 300_000;
        int streams = 300;
        try (BreakableStore shared = TestStores.postgres()) {
            Fixtures.project(shared);
            Budget budget = budget(shared, amount);
            AtomicReferenceArray<Mortal> running = new AtomicReferenceArray<>(3);
            for (int i = 0; i < 3; i++) {
                running.set(i, new Mortal(shared, "mortal_" + i));
            }
            Queue<UnbookedSpending> ended = new ConcurrentLinkedQueue<>();
            AtomicLong usedUp = new AtomicLong();
            List<Throwable> failures = new ArrayList<>();
            CountDownLatch over = new CountDownLatch(streams);
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < streams; i++) {
                    Random random = new Random(i);
                    threads.execute(() -> {
                        try {
                            while (usedUp.get() < streams) {
                                stream(running.get(random.nextInt(3)).books, budget, random, ended, usedUp);
                            }
                        } catch (Throwable e) {
                            synchronized (failures) {
                                failures.add(e);
                            }
                        } finally {
                            over.countDown();
                        }
                    });
                }
                for (int kill = 0; kill < 4; kill++) {
                    long next = amount / 6 * (kill + 1);
                    await(() -> account(shared).spent() >= next);
                    int victim = kill % 3;
                    Mortal dead = running.get(victim);
                    running.set(victim, new Mortal(shared, "mortal_" + (3 + kill)));
                    dead.kill();
                }
                assertThat(over.await(60, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(failures).isEmpty();
            BudgetAccount account = account(shared);
            assertThat(account.spent()).isLessThanOrEqualTo(amount).isGreaterThanOrEqualTo(amount / 100 * 99);
            await(() -> account(shared).held() == 0);
            for (int i = 0; i < 3; i++) {
                running.get(i).books.close();
            }
            // The import, to which the killed have left what they had not booked.
            shared.append(session -> {
                int number = 0;
                for (UnbookedSpending spending : ended) {
                    LateSpending.book(session, "use_" + number++, spending, ids, Instant.now());
                }
                return true;
            });
            assertThat(account(shared).spent())
                    .isEqualTo(ended.stream()
                            .mapToLong(spending -> spending.parts().getFirst().used())
                            .sum());
        }
    }

    private static void stream(
            BudgetLedger books, Budget budget, Random random, Queue<UnbookedSpending> ended, AtomicLong usedUp)
            throws InterruptedException {
        Call call = new Call(books, budget, 200);
        Decision decision = call.request.decision();
        if (decision instanceof Decision.Waiting) {
            call.decisions.poll(3, TimeUnit.SECONDS);
            decision = call.request.giveUp();
        }
        if (decision instanceof Decision.UsedUp) {
            usedUp.incrementAndGet();
        } else if (decision instanceof Decision.Admitted) {
            if (random.nextInt(10) == 0) {
                call.request.release();
                return;
            }
            long used = random.nextLong(1, 201);
            ended.add(call.settle(used));
            call.bookings.poll(2, TimeUnit.SECONDS);
        } else {
            // The node has just been killed; the next call picks another.
            call.decisions.poll(1, TimeUnit.MILLISECONDS);
        }
    }
}
