package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.budget.NodeLedger.Claim;
import dev.inferencekey.server.ports.access.Budgets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Budgets that a test decides on. Thread-safe. */
final class FakeBudgets implements Budgets {
    /** How requests are decided from now on. */
    volatile Decision decision = new Decision.Admitted();

    /** How requests that have waited are decided. */
    volatile Decision afterWaiting = new Decision.Unknown();

    /** Whether what is settled is booked at once. */
    volatile boolean books = true;

    final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();

    /** One request. */
    final class Asked implements Request {
        final List<Claim> claims;
        private final Runnable decided;
        final BlockingQueue<long[]> settled = new LinkedBlockingQueue<>();
        final BlockingQueue<String> released = new LinkedBlockingQueue<>();
        private volatile Decision now = decision;
        private volatile @Nullable Runnable booked;

        Asked(List<Claim> claims, Runnable decided) {
            this.claims = claims;
            this.decided = decided;
        }

        long worst() {
            return claims.getFirst().worst();
        }

        void decide(Decision later) {
            now = later;
            decided.run();
        }

        void book() {
            Runnable then = booked;
            if (then == null) {
                throw new AssertionError("nothing was settled");
            }
            then.run();
        }

        @Override
        public Decision decision() {
            return now;
        }

        @Override
        public Decision giveUp() {
            now = afterWaiting;
            return now;
        }

        @Override
        public void release() {
            released.add("released");
        }

        @Override
        public String settle(long[] used, Runnable whenBooked) {
            booked = whenBooked;
            settled.add(used);
            if (books) {
                whenBooked.run();
            }
            return "led_1 7";
        }
    }

    @Override
    public Request ask(List<Claim> claims, Runnable decided) {
        Asked next = new Asked(claims, decided);
        asked.add(next);
        return next;
    }
}
