package dev.inferencekey.server.domain.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.budget.NodeLedger.Batch;
import dev.inferencekey.server.domain.budget.NodeLedger.Claim;
import dev.inferencekey.server.domain.budget.NodeLedger.State;
import dev.inferencekey.server.domain.budget.NodeLedger.Ticket;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class NodeLedgerTest {
    private static final Instant START = Instant.parse("2026-06-01T00:00:00Z");

    private static Budget budget(String id, long amount) {
        return new Budget(
                id, BudgetSubject.ofKey("key_1"), BudgetUnit.TOKENS, amount, BudgetPeriod.TOTAL, ZoneOffset.UTC);
    }

    private static List<Claim> claims(Budget budget, long worst) {
        return List.of(new Claim(budget, worst));
    }

    /** What a store keeps, as one that books each batch once and whole. */
    private static final class Books {
        final Map<AccountKey, BudgetAccount> accounts = new HashMap<>();
        final Map<AccountKey, Map<Integer, Long>> holds = new HashMap<>();
        final Map<Integer, Long> sequences = new HashMap<>();
        final Map<String, Long> amounts = new HashMap<>();

        List<BudgetAnswer> book(int holder, Batch batch) {
            List<BudgetAnswer> answers = new ArrayList<>();
            boolean known = sequences.getOrDefault(holder, 0L) >= batch.sequence();
            sequences.put(holder, batch.sequence());
            for (BudgetChange change : batch.changes()) {
                BudgetAccount account = accounts.getOrDefault(change.key(), BudgetAccount.EMPTY);
                Map<Integer, Long> held = holds.computeIfAbsent(change.key(), _ -> new HashMap<>());
                long own = held.getOrDefault(holder, 0L);
                if (known) {
                    answers.add(new BudgetAnswer(change.key(), account, own, false));
                    continue;
                }
                BudgetAccount.Changed changed =
                        account.apply(change, amounts.getOrDefault(change.key().budgetId(), 0L), own);
                accounts.put(change.key(), changed.account());
                held.put(holder, changed.ownHold());
                answers.add(new BudgetAnswer(change.key(), changed.account(), changed.ownHold(), changed.recalled()));
            }
            return answers;
        }

        void free(int holder) {
            holds.forEach((key, held) -> {
                long own = Objects.requireNonNullElse(held.remove(holder), 0L);
                BudgetAccount account = accounts.getOrDefault(key, BudgetAccount.EMPTY);
                accounts.put(key, new BudgetAccount(account.spent(), account.held() - own, account.recalls()));
            });
        }

        void check() {
            accounts.forEach((key, account) -> {
                long sum = holds.getOrDefault(key, Map.of()).values().stream()
                        .mapToLong(Long::longValue)
                        .sum();
                assertThat(account.held()).isEqualTo(sum);
                assertThat(account.spent() + account.held())
                        .isLessThanOrEqualTo(amounts.getOrDefault(key.budgetId(), 0L));
            });
        }

        long spent(Budget budget) {
            return accounts.getOrDefault(new AccountKey(budget.id(), Instant.EPOCH), BudgetAccount.EMPTY)
                    .spent();
        }
    }

    /** A request that was admitted. */
    private record Running(Ticket ticket, List<Claim> claims) {}

    /** One process: dies and comes back with another number. */
    private static final class Node {
        final int holder;
        final NodeLedger ledger = new NodeLedger(true);
        final List<Running> running = new ArrayList<>();
        final Map<Ticket, List<Claim>> waiting = new HashMap<>();

        @Nullable
        Batch sent;

        @Nullable
        List<BudgetAnswer> answers;

        Node(int holder) {
            this.holder = holder;
        }

        void decided(List<Ticket> tickets, Books books) {
            for (Ticket ticket : tickets) {
                List<Claim> claims = waiting.remove(ticket);
                if (claims != null) {
                    outcome(ticket, claims, books);
                }
            }
        }

        void outcome(Ticket ticket, List<Claim> claims, Books books) {
            switch (ticket.state()) {
                case ADMITTED -> running.add(new Running(ticket, claims));
                case WAITING -> waiting.put(ticket, claims);
                case REFUSED ->
                    assertThat(claims)
                            .as("refused although it fits what is not spent")
                            .anyMatch(claim -> claim.worst() > claim.budget().amount() - books.spent(claim.budget()));
                case SETTLING, CLOSED -> throw new AssertionError(ticket.state());
            }
        }

        /** One whole round with the store. */
        void round(Books books, Instant now) {
            decided(ledger.reconsider(now), books);
            Batch batch = ledger.collect(now);
            if (batch != null) {
                decided(ledger.applied(batch, books.book(holder, batch), now), books);
            }
        }
    }

    @Test
    void whateverNodesDoAndWheneverTheyDieNoBudgetIsOverspentAndWhatFitsIsServed() {
        for (int seed = 0; seed < 150; seed++) {
            simulate(new Random(seed));
        }
    }

    private static void simulate(Random random) {
        Books books = new Books();
        List<Budget> budgets = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            Budget budget = budget("bud_" + i, 50 + random.nextInt(5_000));
            budgets.add(budget);
            books.amounts.put(budget.id(), budget.amount());
        }
        int holders = 0;
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            nodes.add(new Node(holders++));
        }
        Instant now = START;
        for (int step = 0; step < 1_500; step++) {
            now = now.plusMillis(random.nextInt(random.nextInt(20) == 0 ? 1_500 : 20));
            int at = random.nextInt(nodes.size());
            Node node = nodes.get(at);
            switch (random.nextInt(8)) {
                case 0, 1 -> {
                    List<Claim> claims = new ArrayList<>();
                    for (Budget budget : budgets) {
                        if (claims.isEmpty() || random.nextBoolean()) {
                            claims.add(new Claim(budget, random.nextInt(120)));
                        }
                    }
                    node.outcome(node.ledger.ask(claims, now), claims, books);
                }
                case 2 -> {
                    if (!node.running.isEmpty()) {
                        Running ends = node.running.remove(random.nextInt(node.running.size()));
                        if (random.nextInt(5) == 0) {
                            node.ledger.release(ends.ticket);
                        } else {
                            node.ledger.settle(
                                    ends.ticket,
                                    ends.claims.stream()
                                            .mapToLong(claim -> random.nextLong(claim.worst() + 1))
                                            .toArray());
                        }
                    }
                }
                case 3 -> {
                    if (!node.waiting.isEmpty() && random.nextInt(10) == 0) {
                        Ticket impatient = node.waiting.keySet().iterator().next();
                        node.waiting.remove(impatient);
                        node.ledger.giveUp(impatient);
                        assertThat(impatient.shortOf()).isNotNull();
                    }
                }
                case 4, 5 -> {
                    // Told to the store; the answer may take its time, or get lost.
                    if (node.sent == null) {
                        node.decided(node.ledger.reconsider(now), books);
                        node.sent = node.ledger.collect(now);
                    }
                    if (node.sent != null) {
                        List<BudgetAnswer> answers = books.book(node.holder, node.sent);
                        node.answers = random.nextInt(4) == 0 ? null : answers;
                    }
                }
                case 6 -> {
                    if (node.sent != null && node.answers != null) {
                        Batch batch = node.sent;
                        List<BudgetAnswer> answers = node.answers;
                        node.sent = null;
                        node.answers = null;
                        node.decided(node.ledger.applied(batch, answers, now), books);
                    }
                }
                case 7 -> {
                    if (random.nextInt(60) == 0) {
                        books.free(node.holder);
                        nodes.set(at, new Node(holders++));
                    }
                }
                default -> throw new AssertionError();
            }
            books.check();
        }
        allIsUsable(nodes, budgets, books, now);
    }

    /** Once nothing is under way, each node can have all that was not spent, although the others held some of it. */
    private static void allIsUsable(List<Node> nodes, List<Budget> budgets, Books books, Instant end) {
        Instant now = end;
        for (Node node : nodes) {
            node.running.forEach(running -> node.ledger.release(running.ticket));
            List.copyOf(node.waiting.keySet()).forEach(node.ledger::giveUp);
            node.waiting.clear();
            node.running.clear();
            if (node.sent != null) {
                node.ledger.applied(node.sent, books.book(node.holder, node.sent), now);
                node.sent = null;
            }
            node.round(books, now); // What ended is booked.
        }
        for (Node asking : nodes) {
            List<Claim> claims = budgets.stream()
                    .map(budget -> new Claim(budget, budget.amount() - books.spent(budget)))
                    .toList();
            asking.outcome(asking.ledger.ask(claims, now), claims, books);
            for (int round = 0; round < 6; round++) {
                now = now.plus(NodeLedger.LOOK);
                for (Node node : nodes) {
                    node.round(books, now);
                }
            }
            books.check();
            assertThat(asking.running).as("what is not spent can be had").hasSize(1);
            asking.ledger.release(asking.running.removeFirst().ticket);
        }
    }

    @Test
    void mostRequestsOfOneNodeNeedNoStore() {
        Books books = new Books();
        Budget budget = budget("bud_1", 1_000_000);
        books.amounts.put(budget.id(), budget.amount());
        Node node = new Node(1);
        assertThat(node.ledger.ask(claims(budget, 100), START).state()).isEqualTo(State.WAITING);
        Batch batch = Objects.requireNonNull(node.ledger.collect(START));
        assertThat(node.ledger.applied(batch, books.book(1, batch), START))
                .extracting(Ticket::state)
                .containsExactly(State.ADMITTED);
        for (int i = 0; i < 7; i++) {
            assertThat(node.ledger.ask(claims(budget, 100), START).state()).isEqualTo(State.ADMITTED);
        }
    }

    @Test
    void aRequestThatCanNeverFitIsRefusedWithoutAskingAgain() {
        Books books = new Books();
        Budget budget = budget("bud_1", 100);
        books.amounts.put(budget.id(), budget.amount());
        Node node = new Node(1);
        assertThat(node.ledger.ask(claims(budget, 101), START).state()).isEqualTo(State.REFUSED);
        Ticket first = node.ledger.ask(claims(budget, 60), START);
        node.round(books, START);
        node.ledger.settle(first, new long[] {50});
        node.round(books, START);
        Ticket second = node.ledger.ask(claims(budget, 51), START);
        assertThat(second.state()).isEqualTo(State.REFUSED);
        assertThat(second.shortOf()).isEqualTo(budget);
        assertThat(Objects.requireNonNull(second.shortAccount()).spent()).isEqualTo(50);
        assertThat(node.ledger.ask(claims(budget, 50), START).state()).isNotEqualTo(State.REFUSED);
    }

    @Test
    void whatIsHeldByRequestsUnderWayIsWaitedFor() {
        Books books = new Books();
        Budget budget = budget("bud_1", 100);
        books.amounts.put(budget.id(), budget.amount());
        Node one = new Node(1);
        Node other = new Node(2);
        Ticket running = one.ledger.ask(claims(budget, 100), START);
        one.round(books, START);
        List<Claim> claims = claims(budget, 40);
        Ticket waits = other.ledger.ask(claims, START);
        other.waiting.put(waits, claims);
        other.round(books, START);
        assertThat(waits.state()).isEqualTo(State.WAITING);
        one.ledger.settle(running, new long[] {60});
        one.round(books, START.plus(NodeLedger.LOOK));
        one.round(books, START.plus(NodeLedger.LOOK));
        other.round(books, START.plus(NodeLedger.LOOK));
        assertThat(waits.state()).isEqualTo(State.ADMITTED);
    }

    @Test
    void whatIsIdleGoesBackAfterAWhile() {
        Books books = new Books();
        Budget budget = budget("bud_1", 1_000);
        books.amounts.put(budget.id(), budget.amount());
        Node node = new Node(1);
        Ticket ticket = node.ledger.ask(claims(budget, 10), START);
        node.round(books, START);
        node.ledger.settle(ticket, new long[] {3});
        node.round(books, START);
        node.round(books, START.plus(NodeLedger.IDLE));
        assertThat(books.accounts.get(new AccountKey("bud_1", Instant.EPOCH))).isEqualTo(new BudgetAccount(3, 0, 0));
        assertThat(node.ledger.holds()).isFalse();
    }

    @Test
    void aLoweredBudgetTakesBackWhatWasGrantedForTheLargerOne() {
        Books books = new Books();
        Budget large = budget("bud_1", 1_000);
        books.amounts.put("bud_1", 1_000L);
        Node node = new Node(1);
        node.ledger.release(node.ledger.ask(claims(large, 10), START));
        Ticket ticket = node.ledger.ask(claims(large, 10), START);
        node.round(books, START);
        node.ledger.release(ticket);
        Budget small = budget("bud_1", 20);
        books.amounts.put("bud_1", 20L);
        assertThat(node.ledger.ask(claims(small, 20), START).state()).isEqualTo(State.WAITING);
        node.round(books, START);
        node.round(books, START);
        books.check();
        assertThat(node.ledger.ask(claims(small, 1), START).state()).isEqualTo(State.WAITING);
    }

    @Test
    void whatEndsUnusedIsHadByWhoWaitsAlsoOnANodeThatIsAlone() {
        Books books = new Books();
        Budget budget = budget("bud_1", 100);
        books.amounts.put("bud_1", 100L);
        NodeLedger alone = new NodeLedger(false);
        Ticket running = alone.ask(claims(budget, 80), START);
        tell(alone, books);
        Ticket waits = alone.ask(claims(budget, 50), START);
        tell(alone, books);
        assertThat(waits.state()).isEqualTo(State.WAITING);
        alone.release(running);
        assertThat(alone.reconsider(START)).containsExactly(waits);
        assertThat(waits.state()).isEqualTo(State.ADMITTED);
    }

    @Test
    void whatWaitsAtTheEndOfItsPeriodIsHadFromWhatIsHeldOfTheNextOne() {
        Books books = new Books();
        Budget hourly = new Budget(
                "bud_1", BudgetSubject.ofKey("key_1"), BudgetUnit.TOKENS, 100, BudgetPeriod.HOUR, ZoneOffset.UTC);
        books.amounts.put("bud_1", 100L);
        NodeLedger alone = new NodeLedger(false);
        Instant late = START.plus(Duration.ofMinutes(59));
        alone.ask(claims(hourly, 100), late);
        tell(alone, books);
        Ticket waits = alone.ask(claims(hourly, 10), late);
        Instant next = START.plus(Duration.ofMinutes(60));
        Ticket ofNext = alone.ask(claims(hourly, 20), next);
        Batch batch = Objects.requireNonNull(alone.collect(next));
        alone.applied(batch, books.book(1, batch), next);
        alone.release(ofNext);
        alone.reconsider(next);
        assertThat(waits.state()).isEqualTo(State.ADMITTED);
    }

    private static void tell(NodeLedger ledger, Books books) {
        Batch batch = ledger.collect(START);
        if (batch != null) {
            ledger.applied(batch, books.book(1, batch), START);
        }
    }

    @Test
    void whateverIsClaimedToHaveBeenUsedABudgetNeverHasMoreThanBefore() {
        Books books = new Books();
        Budget budget = budget("bud_1", 1_000);
        books.amounts.put("bud_1", 1_000L);
        NodeLedger ledger = new NodeLedger(false);
        List<Ticket> tickets = List.of(
                ledger.ask(claims(budget, 10), START),
                ledger.ask(claims(budget, 10), START),
                ledger.ask(claims(budget, 10), START));
        tell(ledger, books);
        ledger.settle(tickets.get(0), new long[] {Long.MAX_VALUE});
        ledger.settle(tickets.get(1), new long[] {Long.MAX_VALUE});
        ledger.settle(tickets.get(2), new long[] {Long.MIN_VALUE});
        tell(ledger, books);
        assertThat(books.spent(budget)).isEqualTo(Long.MAX_VALUE);
        assertThat(ledger.ask(claims(budget, 1), START).state()).isEqualTo(State.REFUSED);
        assertThat(new BudgetAccount(Long.MAX_VALUE, Long.MAX_VALUE, 0).room(1)).isNegative();
    }

    @Test
    void aRequestIsBookedWithTheBatchThatIsNamedWhenItEnds() {
        Books books = new Books();
        Budget budget = budget("bud_1", 1_000);
        books.amounts.put("bud_1", 1_000L);
        Node node = new Node(1);
        Ticket first = node.ledger.ask(claims(budget, 10), START);
        node.round(books, START);
        Ticket second = node.ledger.ask(claims(budget, 10), START);
        long ofFirst = node.ledger.settle(first, new long[] {10});
        Batch batch = Objects.requireNonNull(node.ledger.collect(START));
        long ofSecond = node.ledger.settle(second, new long[] {7});
        assertThat(batch.settled()).containsExactly(first);
        assertThat(batch.sequence()).isEqualTo(ofFirst);
        node.ledger.applied(batch, books.book(1, batch), START);
        Batch next = Objects.requireNonNull(node.ledger.collect(START));
        assertThat(next.settled()).containsExactly(second);
        assertThat(next.sequence()).isEqualTo(ofSecond).isEqualTo(ofFirst + 1);
    }

    @Test
    void whoseBooksWereClosedLeavesWhatHasEndedToTheImport() {
        Books books = new Books();
        Budget budget = budget("bud_1", 1_000);
        books.amounts.put("bud_1", 1_000L);
        Node node = new Node(1);
        Ticket told = node.ledger.ask(claims(budget, 10), START);
        node.round(books, START);
        Ticket ended = node.ledger.ask(claims(budget, 10), START);
        Ticket running = node.ledger.ask(claims(budget, 10), START);
        node.ledger.settle(told, new long[] {10});
        assertThat(node.ledger.collect(START)).isNotNull();
        node.ledger.settle(ended, new long[] {7});
        books.free(1);
        assertThat(node.ledger.closed(START)).containsExactly(told, ended);
        assertThat(node.ledger.settle(running, new long[] {3})).isEqualTo(1);
        Batch batch = Objects.requireNonNull(node.ledger.collect(START));
        assertThat(batch.sequence()).isEqualTo(1);
        assertThat(batch.settled()).containsExactly(running);
        books.book(2, batch);
        assertThat(books.spent(budget)).isEqualTo(3);
    }

    @Test
    void whatWaitsBeyondTheEndOfItsPeriodGetsOfTheNext() {
        Books books = new Books();
        Budget hourly = new Budget(
                "bud_1", BudgetSubject.ofKey("key_1"), BudgetUnit.TOKENS, 100, BudgetPeriod.HOUR, ZoneOffset.UTC);
        books.amounts.put("bud_1", 100L);
        Node node = new Node(1);
        Instant late = START.plus(Duration.ofMinutes(59));
        node.ledger.ask(claims(hourly, 100), late);
        node.round(books, late);
        List<Claim> claims = claims(hourly, 50);
        Ticket waits = node.ledger.ask(claims, late);
        node.waiting.put(waits, claims);
        node.round(books, late);
        assertThat(waits.state()).isEqualTo(State.WAITING);
        node.round(books, START.plus(Duration.ofMinutes(60)));
        assertThat(waits.state()).isEqualTo(State.ADMITTED);
        assertThat(waits.spending().getFirst().key().start()).isEqualTo(START.plus(Duration.ofMinutes(60)));
    }

    @Test
    void unbookedSpendingSurvivesAsText() {
        UnbookedSpending spending = new UnbookedSpending(
                "led_1",
                7,
                List.of(
                        new UnbookedSpending.Part(new AccountKey("bud_1", START), 10, 3),
                        new UnbookedSpending.Part(new AccountKey("bud_2", Instant.EPOCH), 20, 30)));
        assertThat(UnbookedSpending.parse(spending.text())).isEqualTo(spending);
    }
}
