package dev.inferencekey.server.ports.access;

import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.BudgetAccount;
import dev.inferencekey.server.domain.budget.NodeLedger.Claim;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Admits requests under budgets, and books what they have used. Called on event loops: everything returns at once and never throws.
 * Thread-safe.
 */
public interface Budgets {
    /**
     * Asks for a request, all or nothing.
     *
     * @param claims what it may need at worst, one for each budget that covers it
     * @param decided called once, on any thread, if the request has to wait for the decision and does not give up before
     */
    Request ask(List<Claim> claims, Runnable decided);

    /** One request under budgets. */
    interface Request {
        /** How it was decided so far. */
        Decision decision();

        /** It waits no longer. Returns why it is not served; {@link Decision.Admitted} if it was decided meanwhile and may be. */
        Decision giveUp();

        /** It has used nothing, or asks for nothing any more. Does nothing once it is settled. */
        void release();

        /**
         * It has ended. To be called once.
         *
         * @param used of each claim, in their order
         * @param booked called once, on any thread, when the store has it, or when only the import of its record can tell the store; maybe
         *     before this returns
         * @return what its usage record must say so that it is booked once and no more whatever becomes of this process, see
         *     {@link dev.inferencekey.server.domain.budget.UnbookedSpending}; null if there is nothing to book
         */
        @Nullable
        String settle(long[] used, Runnable booked);
    }

    /** Whether a request is served. */
    sealed interface Decision {
        record Admitted() implements Decision {}

        record Waiting() implements Decision {}

        /** Not in this period: it may need more than there will be left when all others have used nothing. */
        record UsedUp(Budget budget, long worst, long left) implements Decision {}

        /** Not now: what is left is held, by requests under way or for them. */
        record Held(Budget budget, BudgetAccount account) implements Decision {}

        /** Nobody can tell: the store does not answer. */
        record Unknown() implements Decision {}
    }

    /** Where there is no store: what is under a budget can't be served. */
    Budgets NONE = (claims, decided) -> new Request() {
        @Override
        public Decision decision() {
            return new Decision.Unknown();
        }

        @Override
        public Decision giveUp() {
            return new Decision.Unknown();
        }

        @Override
        public void release() {
            // Nothing was taken.
        }

        @Override
        public @Nullable String settle(long[] used, Runnable booked) {
            booked.run();
            return null;
        }
    };
}
