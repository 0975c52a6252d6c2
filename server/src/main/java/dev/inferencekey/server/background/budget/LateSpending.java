package dev.inferencekey.server.background.budget;

import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.BudgetAccount;
import dev.inferencekey.server.domain.budget.BudgetChange;
import dev.inferencekey.server.domain.budget.UnbookedSpending;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.store.BudgetStore;
import dev.inferencekey.server.ports.store.StoreSession;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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

    /** All that this node's journal held is in the store, so nothing of a former run is still to be booked. May be told again. */
    public void nothingLeft() {
        ledger.formerRunsImported();
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

    /**
     * Books it, unless that was done before, and warns people like a ledger.
     *
     * @return the shares of budgets that were reached with it
     */
    public static List<Integer> book(
            StoreSession session, String usageId, UnbookedSpending spending, IdSource ids, Instant now) {
        BudgetStore budgets = session.budgets();
        if (budgets.lastBatch(spending.holder()) >= spending.sequence()) {
            return List.of(); // As nearly all are.
        }
        // From here on the ledger, should it live on somewhere, books nothing: so its last batch is its last.
        boolean booked = budgets.close(spending.holder()) >= spending.sequence();
        if (booked || !budgets.noteImported(usageId)) {
            return List.of();
        }
        List<Integer> warned = new ArrayList<>();
        for (UnbookedSpending.Part part : spending.parts().stream()
                .sorted(Comparator.comparing(UnbookedSpending.Part::key))
                .toList()) {
            BudgetStore.Locked locked =
                    budgets.lock(part.key(), spending.holder()).orElse(null);
            if (locked == null) {
                continue;
            }
            BudgetAccount.Changed changed = locked.account()
                    .apply(new BudgetChange(part.key(), 0, part.used(), 0, 0, 0), locked.amount(), locked.ownHold());
            budgets.set(part.key(), spending.holder(), changed.account(), changed.ownHold());
            long spent = changed.account().spent();
            int reached = Budget.warning(locked.amount(), locked.account().spent(), spent);
            if (reached > 0) {
                BudgetWarnings.note(session, ids, part.key(), reached, spent, now);
                warned.add(reached);
            }
        }
        return warned;
    }

    /** The shares of budgets that were reached with what is booked now. */
    public void warned(List<Integer> shares) {
        ledger.warned(shares);
    }
}
