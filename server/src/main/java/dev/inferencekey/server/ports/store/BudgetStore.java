package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.budget.AccountKey;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.BudgetAccount;
import dev.inferencekey.server.domain.budget.BudgetSubject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Budgets, what was spent of them, and what nodes hold of them. A budget goes with its subject, and with it all that was spent.
 *
 * <p>A <em>holder</em> is one run of a node's ledger. Its batches are numbered, and the store keeps the last number, so that a batch is
 * booked once although nobody knows whether it was when an answer got lost. A holder that is closed books nothing any more.
 */
public interface BudgetStore {
    /** The budgets of one subject, at most one of each unit. */
    List<Budget> of(BudgetSubject subject);

    Optional<Budget> find(String id);

    /** All of the installation; for the access table. */
    List<Budget> all();

    /** Adds the budget, or changes the amount of the one with its id. */
    void put(String projectId, Budget budget);

    /** Forgets a budget, and what was spent of it. */
    void remove(String id);

    /** Whether calls whose cost can't be told are free under the project's budgets, and those of its keys and workloads; refused if not. */
    boolean unpricedIsFree(String projectId);

    /** Those where they are free. */
    Set<String> projectsWhereUnpricedIsFree();

    void setUnpricedIsFree(String projectId, boolean free);

    /** What has become of a budget in a period; nothing where nothing has. */
    BudgetAccount account(AccountKey key);

    /** What was spent of a budget in the period that began then. */
    record Spent(Budget budget, Instant periodStart, long spent) {}

    /** Those budgets of the project, of its workloads and of its keys that are nearest to their end in their latest period, with at least so many percent spent; at most so many. */
    List<Spent> nearlySpent(String projectId, int percent, int limit);

    // What ledgers ask for, each within Store.append.

    /**
     * One account, locked until the transaction ends.
     *
     * @param amount of the budget now
     * @param ownHold what is held for the holder that asks
     */
    record Locked(BudgetAccount account, long amount, long ownHold) {}

    /** Locks an account; empty if there is no such budget. Accounts are to be locked in their order. */
    Optional<Locked> lock(AccountKey key, String holder);

    /** Puts down what has become of a locked account. */
    void set(AccountKey key, String holder, BudgetAccount account, long ownHold);

    /** What became of a batch. */
    enum Advance {
        /** It is to be booked in this transaction. */
        NEXT,
        /** It has been booked before. */
        BOOKED,
        /** Nothing of this holder is booked any more, and this batch was not. */
        CLOSED,
        /** Nothing of this holder is booked any more, but this batch was. */
        CLOSED_BEHIND
    }

    /** A new holder, with 0 as the number of its last batch. */
    void open(String holder, String nodeId);

    /** Counts up to this batch's number, if it is the next one's. Locks the holder until the transaction ends. */
    Advance advance(String holder, long sequence);

    /** A holder that is not closed. */
    record Holder(String id, String nodeId) {}

    /** Those that are not closed. */
    List<Holder> openHolders();

    /** The number of a holder's last batch so far; -1 if it is not known. */
    long lastBatch(String holder);

    /** Closes a holder, and frees what is held for it. Returns the number of its last batch; -1 if it is not known. */
    long close(String holder);

    /** Notes that a usage record's spending was booked at its import; false if it was before. */
    boolean noteImported(String usageId);

    /** Forgets periods that began before this time, but for those that never end. */
    void forgetBefore(Instant time);
}
