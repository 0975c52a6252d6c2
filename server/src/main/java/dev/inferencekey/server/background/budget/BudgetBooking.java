package dev.inferencekey.server.background.budget;

import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.BudgetAccount;
import dev.inferencekey.server.domain.budget.BudgetAnswer;
import dev.inferencekey.server.domain.budget.BudgetChange;
import dev.inferencekey.server.domain.budget.NodeLedger.Batch;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.store.BudgetStore;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Books batches of a node's ledger, each once and whole, in a transaction of {@link Store#append}. Thread-safe. */
final class BudgetBooking {
    private final IdSource ids;
    private final InstantSource clock;

    BudgetBooking(IdSource ids, InstantSource clock) {
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * What the store has made of a batch.
     *
     * @param booked whether it has it, now or from before
     * @param closed whether it takes no further one
     * @param warned the shares of budgets that were reached with it
     */
    record Booked(boolean booked, boolean closed, List<BudgetAnswer> answers, List<Integer> warned) {}

    Booked book(StoreSession session, String holder, Batch batch) {
        BudgetStore budgets = session.budgets();
        BudgetStore.Advance advance = budgets.advance(holder, batch.sequence());
        if (advance == BudgetStore.Advance.CLOSED || advance == BudgetStore.Advance.CLOSED_BEHIND) {
            return new Booked(advance == BudgetStore.Advance.CLOSED_BEHIND, true, List.of(), List.of());
        }
        List<BudgetAnswer> answers = new ArrayList<>(batch.changes().size());
        List<Integer> warned = new ArrayList<>();
        for (BudgetChange change : batch.changes()) {
            BudgetStore.Locked locked = budgets.lock(change.key(), holder).orElse(null);
            if (locked == null) {
                answers.add(new BudgetAnswer(change.key(), null, 0, false));
            } else if (advance == BudgetStore.Advance.BOOKED) {
                answers.add(new BudgetAnswer(change.key(), locked.account(), locked.ownHold(), false));
            } else {
                BudgetAccount.Changed changed = locked.account().apply(change, locked.amount(), locked.ownHold());
                if (!changed.account().equals(locked.account()) || changed.ownHold() != locked.ownHold()) {
                    budgets.set(change.key(), holder, changed.account(), changed.ownHold());
                }
                answers.add(new BudgetAnswer(change.key(), changed.account(), changed.ownHold(), changed.recalled()));
                int reached = Budget.warning(
                        locked.amount(),
                        locked.account().spent(),
                        changed.account().spent());
                if (reached > 0) {
                    BudgetWarnings.note(
                            session,
                            ids,
                            change.key(),
                            reached,
                            changed.account().spent(),
                            clock.instant());
                    warned.add(reached);
                }
            }
        }
        return new Booked(true, false, answers, warned);
    }
}
