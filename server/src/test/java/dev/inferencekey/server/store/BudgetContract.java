package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.ACME;
import static dev.inferencekey.server.store.StoreData.GLOBEX;
import static dev.inferencekey.server.store.StoreData.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.budget.AccountKey;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.BudgetAccount;
import dev.inferencekey.server.domain.budget.BudgetChange;
import dev.inferencekey.server.domain.budget.BudgetPeriod;
import dev.inferencekey.server.domain.budget.BudgetSubject;
import dev.inferencekey.server.domain.budget.BudgetUnit;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.ports.store.BudgetStore.Advance;
import dev.inferencekey.server.ports.store.BudgetStore.Holder;
import dev.inferencekey.server.ports.store.BudgetStore.Spent;
import dev.inferencekey.server.ports.store.Store;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Budgets, what was spent of them, and what is held. */
interface BudgetContract {
    Instant START = Instant.parse("2026-06-01T00:00:00Z");
    AccountKey KEY = new AccountKey("bud_1", START);

    Store store();

    private static Budget budget(String id, BudgetSubject subject, BudgetUnit unit, long amount) {
        return new Budget(id, subject, unit, amount, BudgetPeriod.MONTH, ZoneId.of("Europe/Berlin"));
    }

    private static Budget ofAcme(String id, long amount) {
        return budget(id, BudgetSubject.ofProject(ACME.id()), BudgetUnit.TOKENS, amount);
    }

    private Budget put(Budget budget) {
        return store().write(s -> {
            s.budgets().put(ACME.id(), budget);
            return budget;
        });
    }

    private List<Budget> of(BudgetSubject subject) {
        return store().read(s -> s.budgets().of(subject));
    }

    private BudgetAccount account(AccountKey key) {
        return store().read(s -> s.budgets().account(key));
    }

    /** As a ledger does it. */
    private BudgetAccount.Changed book(String holder, BudgetChange change) {
        return store().append(s -> {
            var locked = s.budgets().lock(change.key(), holder).orElseThrow();
            BudgetAccount.Changed changed = locked.account().apply(change, locked.amount(), locked.ownHold());
            s.budgets().set(change.key(), holder, changed.account(), changed.ownHold());
            return changed;
        });
    }

    private static BudgetChange need(AccountKey key, long need) {
        return new BudgetChange(key, 0, 0, 0, need, need);
    }

    @Test
    default void keepsTheBudgetsOfEachSubject() {
        store().write(s -> {
            s.workloads().insert(StoreData.workload("wl_1", ACME, "bot"));
            return s.apiKeys()
                    .insert(StoreData.apiKey("key_1", ACME, Grants.ofEntireProject(), StoreData.secret("0000abcd", 1)));
        });
        Budget ofKey = put(budget("bud_1", BudgetSubject.ofKey("key_1"), BudgetUnit.USD, 1_000_000_000_000_000_000L));
        Budget alsoOfKey = put(budget("bud_2", BudgetSubject.ofKey("key_1"), BudgetUnit.TOKENS, 7));
        Budget ofWorkload = put(budget("bud_3", BudgetSubject.ofWorkload("wl_1"), BudgetUnit.TOKENS, 8));
        Budget ofProject = put(ofAcme("bud_4", 9));

        assertThat(of(BudgetSubject.ofKey("key_1"))).containsExactly(ofKey, alsoOfKey);
        assertThat(of(BudgetSubject.ofWorkload("wl_1"))).containsExactly(ofWorkload);
        assertThat(of(BudgetSubject.ofProject(ACME.id()))).containsExactly(ofProject);
        assertThat(of(BudgetSubject.ofProject(GLOBEX.id()))).isEmpty();
        assertThat(store().<List<Budget>>read(s -> s.budgets().all()))
                .containsExactly(ofKey, alsoOfKey, ofWorkload, ofProject);

        store().write(s -> s.workloads().delete("wl_1"));
        assertThat(of(BudgetSubject.ofWorkload("wl_1"))).isEmpty();
    }

    @Test
    default void anotherAmountKeepsWhatWasSpentAndRemovingForgetsIt() {
        put(ofAcme("bud_1", 100));
        book("led_1", new BudgetChange(KEY, 0, 30, 0, 0, 0));
        put(ofAcme("bud_1", 200));
        assertThat(of(BudgetSubject.ofProject(ACME.id()))).containsExactly(ofAcme("bud_1", 200));
        assertThat(account(KEY)).isEqualTo(new BudgetAccount(30, 0, 0));

        store().write(s -> {
            s.budgets().remove("bud_1");
            return true;
        });
        assertThat(account(KEY)).isEqualTo(BudgetAccount.EMPTY);
        assertThat(store().<Boolean>append(s -> s.budgets().lock(KEY, "led_1").isEmpty()))
                .isTrue();
    }

    @Test
    default void grantsWhatFitsAndCountsRecallsOfWhatDoesNot() {
        put(ofAcme("bud_1", 100));
        assertThat(book("led_1", need(KEY, 60)).ownHold()).isEqualTo(60);
        assertThat(book("led_2", need(KEY, 50)))
                .isEqualTo(new BudgetAccount.Changed(new BudgetAccount(0, 60, 1), 0, true));
        assertThat(book("led_1", new BudgetChange(KEY, 25, 20, 35, 0, 0)))
                .isEqualTo(new BudgetAccount.Changed(new BudgetAccount(20, 0, 1), 0, false));
        assertThat(book("led_2", need(KEY, 50)).account()).isEqualTo(new BudgetAccount(20, 50, 1));
        // What is not held can't be given back.
        assertThat(book("led_3", new BudgetChange(KEY, 10, 1, 10, 0, 0)).account())
                .isEqualTo(new BudgetAccount(21, 50, 1));
    }

    @Test
    default void ofManyWhoAskAtOnceNoneGetsWhatAnotherHas() throws Exception {
        put(ofAcme("bud_1", 100));
        List<Future<Long>> asking = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                String holder = "led_" + i;
                asking.add(threads.submit(() -> {
                    long held = 0;
                    for (int round = 0; round < 10; round++) {
                        held = book(holder, need(KEY, 3)).ownHold();
                    }
                    return held;
                }));
            }
        }
        long sum = 0;
        for (Future<Long> each : asking) {
            sum += each.get();
        }
        assertThat(sum).isEqualTo(99);
        assertThat(account(KEY).held()).isEqualTo(99);
    }

    @Test
    default void aBatchIsBookedOnceAndNothingOfAClosedHolder() {
        store().append(s -> {
            s.budgets().open("led_1", "node_1");
            s.budgets().open("led_2", "node_2");
            return true;
        });
        assertThat(advance("led_1", 1)).isEqualTo(Advance.NEXT);
        assertThat(advance("led_1", 1)).isEqualTo(Advance.BOOKED);
        assertThat(advance("led_1", 2)).isEqualTo(Advance.NEXT);
        assertThat(advance("led_3", 1)).isEqualTo(Advance.CLOSED);
        assertThat(store().<List<Holder>>read(s -> s.budgets().openHolders()))
                .containsExactly(new Holder("led_1", "node_1"), new Holder("led_2", "node_2"));
        assertThat(store().<Long>append(s -> s.budgets().close("led_1"))).isEqualTo(2);
        assertThat(store().<Long>append(s -> s.budgets().close("led_3"))).isEqualTo(-1);
        assertThat(advance("led_1", 3)).isEqualTo(Advance.CLOSED);
        assertThat(advance("led_1", 2)).isEqualTo(Advance.CLOSED_BEHIND);
        assertThat(store().<List<Holder>>read(s -> s.budgets().openHolders()))
                .containsExactly(new Holder("led_2", "node_2"));
    }

    private Advance advance(String holder, long sequence) {
        return store().append(s -> s.budgets().advance(holder, sequence));
    }

    @Test
    default void closingFreesWhatIsHeld() {
        put(ofAcme("bud_1", 100));
        put(budget("bud_2", BudgetSubject.ofProject(ACME.id()), BudgetUnit.USD, 100));
        AccountKey other = new AccountKey("bud_2", START);
        book("led_1", need(KEY, 60));
        book("led_1", need(other, 10));
        book("led_2", need(KEY, 40));
        store().append(s -> s.budgets().close("led_1"));
        assertThat(account(KEY)).isEqualTo(new BudgetAccount(0, 40, 0));
        assertThat(account(other)).isEqualTo(new BudgetAccount(0, 0, 0));
        store().append(s -> s.budgets().close("led_1"));
        assertThat(account(KEY)).isEqualTo(new BudgetAccount(0, 40, 0));
    }

    @Test
    default void findsBudgetsThatAreNearlySpentInTheirLatestPeriod() {
        Budget half = put(ofAcme("bud_1", 100));
        Budget spent = put(budget("bud_2", BudgetSubject.ofProject(ACME.id()), BudgetUnit.USD, 1_000));
        book("led_1", new BudgetChange(new AccountKey("bud_1", START.minusSeconds(3_600)), 0, 100, 0, 0, 0));
        book("led_1", new BudgetChange(KEY, 0, 50, 0, 0, 0));
        book("led_1", new BudgetChange(new AccountKey("bud_2", START), 0, 999, 0, 0, 0));
        assertThat(store().<List<Spent>>read(s -> s.budgets().nearlySpent(ACME.id(), 50, 10)))
                .containsExactly(new Spent(spent, START, 999), new Spent(half, START, 50));
        assertThat(store().<List<Spent>>read(s -> s.budgets().nearlySpent(ACME.id(), 51, 10)))
                .containsExactly(new Spent(spent, START, 999));
        assertThat(store().<List<Spent>>read(s -> s.budgets().nearlySpent(GLOBEX.id(), 0, 10)))
                .isEmpty();
    }

    @Test
    default void forgetsFormerPeriodsButNoTotal() {
        put(ofAcme("bud_1", 100));
        AccountKey total = new AccountKey("bud_1", Instant.EPOCH);
        book("led_1", new BudgetChange(total, 0, 1, 0, 0, 0));
        book("led_1", new BudgetChange(KEY, 0, 2, 0, 1, 1));
        store().append(s -> {
            s.budgets().forgetBefore(NOW);
            return true;
        });
        assertThat(account(total).spent()).isEqualTo(1);
        assertThat(account(KEY)).isEqualTo(BudgetAccount.EMPTY);
    }

    @Test
    default void knowsWhatWasImportedAndWhereUnpricedCallsAreFree() {
        assertThat(store().<Boolean>append(s -> s.budgets().noteImported("use_1")))
                .isTrue();
        assertThat(store().<Boolean>append(s -> s.budgets().noteImported("use_1")))
                .isFalse();
        store().write(s -> {
            s.budgets().setUnpricedIsFree(ACME.id(), true);
            s.budgets().setUnpricedIsFree(ACME.id(), true);
            return true;
        });
        assertThat(store().<Boolean>read(s -> s.budgets().unpricedIsFree(ACME.id())))
                .isTrue();
        assertThat(store().<Boolean>read(s -> s.budgets().unpricedIsFree(GLOBEX.id())))
                .isFalse();
        assertThat(store().<Set<String>>read(s -> s.budgets().projectsWhereUnpricedIsFree()))
                .containsExactly(ACME.id());
        store().write(s -> {
            s.budgets().setUnpricedIsFree(ACME.id(), false);
            return true;
        });
        assertThat(store().<Set<String>>read(s -> s.budgets().projectsWhereUnpricedIsFree()))
                .isEmpty();
    }
}
