package dev.inferencekey.server.background.budget;

import dev.inferencekey.server.domain.budget.BudgetAccount;
import dev.inferencekey.server.domain.budget.BudgetChange;
import dev.inferencekey.server.domain.budget.UnbookedSpending;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.store.BudgetStore;
import dev.inferencekey.server.ports.store.StoreSession;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Books what requests have spent whose ledger could not: it has ended before the store had it, or its books were closed. Thread-safe.
 */
public final class LateSpending {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final BudgetLedger ledger;

    /** @param ledger of this process, which knows what it will still book itself */
    public LateSpending(BudgetLedger ledger) {
        this.ledger = ledger;
    }

    /**
     * What of these records nobody else will book, by their ids. To be asked outside of a transaction.
     *
     * @throws IllegalStateException if that is not known yet
     */
    public Map<String, UnbookedSpending> of(List<UsageRecord> records) {
        Map<String, UnbookedSpending> late = new LinkedHashMap<>();
        for (UsageRecord usage : records) {
            String text = usage.unbooked();
            if (text != null) {
                UnbookedSpending spending = UnbookedSpending.parse(text);
                if (ledger.neverBooked(spending, PATIENCE)) {
                    late.put(usage.id(), spending);
                }
            }
        }
        return late;
    }

    /** Books it, unless that was done before. */
    public static void book(StoreSession session, String usageId, UnbookedSpending spending) {
        BudgetStore budgets = session.budgets();
        if (budgets.lastBatch(spending.holder()) >= spending.sequence()) {
            return; // As nearly all are.
        }
        // From here on the ledger, should it live on somewhere, books nothing: so its last batch is its last.
        boolean booked = budgets.close(spending.holder()) >= spending.sequence();
        if (booked || !budgets.noteImported(usageId)) {
            return;
        }
        spending.parts().stream()
                .sorted(Comparator.comparing(UnbookedSpending.Part::key))
                .forEach(part -> budgets.lock(part.key(), spending.holder()).ifPresent(locked -> {
                    BudgetAccount.Changed changed = locked.account()
                            .apply(
                                    new BudgetChange(part.key(), 0, part.used(), 0, 0, 0),
                                    locked.amount(),
                                    locked.ownHold());
                    budgets.set(part.key(), spending.holder(), changed.account(), changed.ownHold());
                }));
    }
}
