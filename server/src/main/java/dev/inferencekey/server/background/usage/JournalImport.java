package dev.inferencekey.server.background.usage;

import dev.inferencekey.server.background.budget.LateSpending;
import dev.inferencekey.server.domain.budget.UnbookedSpending;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.ports.usage.UsageJournal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** Brings what is left in the journal of a node that does not come back to the store. Stateless. */
public final class JournalImport {
    private JournalImport() {}

    /** Its ledger has ended with the node, so nobody else books what it had not. */
    private static void bookLate(StoreSession session, UsageRecord usage, IdSource ids, Instant now) {
        String unbooked = usage.unbooked();
        if (unbooked != null) {
            LateSpending.book(session, usage.id(), UnbookedSpending.parse(unbooked), ids, now);
        }
    }

    /**
     * What was brought.
     *
     * @param records how many there were
     * @param tooOld how many of them the store has not taken, since records of their time are forgotten: nobody can tell any more whether it had
     *     them already
     */
    public record Imported(long records, long tooOld) {}

    /**
     * Imports everything, in batches, and releases it. May be broken off and repeated: what the store has it does not take again.
     *
     * @throws StoreUnavailableException if the store can't be written; what was imported stays
     */
    public static Imported run(UsageJournal journal, Store store, IdSource ids, InstantSource clock) {
        long records = 0;
        long tooOld = 0;
        List<UsageRecord> batch = journal.oldest(UsageImport.BATCH);
        while (!batch.isEmpty()) {
            List<UsageRecord> taken = batch;
            tooOld += store.<Integer>append(session -> {
                int notTaken = UsageBatch.append(session, taken);
                taken.forEach(usage -> bookLate(session, usage, ids, clock.instant()));
                return notTaken;
            });
            journal.release();
            records += taken.size();
            batch = journal.oldest(UsageImport.BATCH);
        }
        return new Imported(records, tooOld);
    }
}
