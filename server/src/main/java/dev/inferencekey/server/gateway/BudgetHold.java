package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.NodeLedger.Claim;
import dev.inferencekey.server.ports.access.Budgets;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one request holds of budgets, from before it is sent on until the store has booked what it used.
 *
 * <p>Confined to its event loop; what is called back from elsewhere is passed on to the loop.
 */
final class BudgetHold {
    /** What is left of a budget may be held by requests that end soon. */
    private static final Duration DECISION_PATIENCE = Duration.ofSeconds(3);

    /** The last byte of an answer is held back for so long at most. */
    private static final Duration BOOKING_PATIENCE = Duration.ofSeconds(2);

    private static final long RETRY_AFTER_SECONDS = 2;

    private static final Refusal UNKNOWN = new Refusal(
            ErrorCode.ACCESS_STATE_UNAVAILABLE,
            "the budget that covers this request can't be looked up at the moment; try again",
            1);

    private final GatewayLoop loop;
    private final BudgetCover cover;
    private final List<Claim> claims;
    private final Waiter waiter;
    private final Budgets.Request request;
    private @Nullable ScheduledFuture<?> patience;
    private boolean told;
    private @Nullable Runnable booked;
    private @Nullable String unbooked;

    /** Who waits for the decision. Told once, on its loop, maybe after it has ended. */
    interface Waiter {
        void admitted();

        void budgetRefused(Refusal refusal);
    }

    private BudgetHold(GatewayLoop loop, BudgetCover cover, WorstCase worst, Waiter waiter) {
        this.loop = loop;
        this.cover = cover;
        this.claims = cover.claims(worst);
        this.waiter = waiter;
        this.request = loop.parts().budgets().ask(claims, () -> onLoop(this::decided));
    }

    /** Asks for a request; {@code waiter} is told from {@link #decide} on. */
    static BudgetHold ask(GatewayLoop loop, BudgetCover cover, WorstCase worst, Waiter waiter) {
        return new BudgetHold(loop, cover, worst, waiter);
    }

    /** Tells the waiter at once if it can be; to be called once. */
    void decide() {
        decided();
        if (!told) {
            patience = loop.loop().schedule(this::giveUp, DECISION_PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void decided() {
        Budgets.Decision decision = request.decision();
        if (!told && !(decision instanceof Budgets.Decision.Waiting)) {
            tell(decision);
        }
    }

    private void giveUp() {
        if (!told) {
            tell(request.giveUp());
        }
    }

    private void tell(Budgets.Decision decision) {
        told = true;
        stopWaiting();
        Refusal refusal = refusal(decision, loop.parts().clock().instant());
        if (refusal == null) {
            waiter.admitted();
        } else {
            waiter.budgetRefused(refusal);
        }
    }

    private void stopWaiting() {
        if (patience != null) {
            patience.cancel(false);
            patience = null;
        }
    }

    /** The request has used nothing, or is not to be served any more. Does nothing once it is settled. */
    void release() {
        told = true;
        if (booked == null) {
            stopWaiting();
            request.release();
        }
    }

    /**
     * The request has ended, and what it used is to be booked. To be called once; its usage record is to be kept right afterwards, since it
     * says what to book should this process end before.
     *
     * @param used what is not known counts as the worst that was claimed if {@code mayHaveUsedSome}, else as nothing
     * @param then done once it is booked, or once that takes too long
     */
    void settle(TokenCount used, boolean mayHaveUsedSome, Runnable then) {
        booked = then;
        long[] amounts = used.known() || !mayHaveUsedSome
                ? cover.used(used)
                : claims.stream().mapToLong(Claim::worst).toArray();
        patience = loop.loop().schedule(this::done, BOOKING_PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        unbooked = request.settle(amounts, () -> onLoop(this::done));
    }

    private void done() {
        Runnable then = booked;
        if (then != null && patience != null) {
            stopWaiting();
            then.run();
        }
    }

    /** What the usage record must say of what is to be booked; null if that is nothing. */
    @Nullable
    String unbooked() {
        return unbooked;
    }

    private void onLoop(Runnable task) {
        try {
            loop.loop().execute(task);
        } catch (RejectedExecutionException e) {
            task.run(); // The loop has ended, and nobody else is on it.
        }
    }

    private static @Nullable Refusal refusal(Budgets.Decision decision, Instant now) {
        return switch (decision) {
            case Budgets.Decision.Admitted _ -> null;
            case Budgets.Decision.Waiting _, Budgets.Decision.Unknown _ -> UNKNOWN;
            case Budgets.Decision.UsedUp usedUp -> usedUp(usedUp, now);
            case Budgets.Decision.Held held ->
                new Refusal(
                                ErrorCode.BUDGET_EXCEEDED,
                                what(held.budget())
                                        + " is held by requests under way, as far as it is not spent; try again when some have ended",
                                RETRY_AFTER_SECONDS)
                        .resetsAt(held.budget().resetsAt(now));
        };
    }

    private static Refusal usedUp(Budgets.Decision.UsedUp usedUp, Instant now) {
        Budget budget = usedUp.budget();
        Instant reset = budget.resetsAt(now);
        String until = reset == null ? "it never resets; an admin can raise it" : "it resets at " + reset;
        String message;
        if (usedUp.left() <= 0) {
            message = what(budget) + " is used up; " + until;
        } else {
            message = what(budget) + " has " + budget.unit().show(usedUp.left()) + " left, and this request may need "
                    + budget.unit().show(usedUp.worst()) + "; ask for a shorter answer with max_tokens, or wait: "
                    + until;
        }
        long seconds =
                reset == null ? 0 : Math.max(1, Duration.between(now, reset).toSeconds() + 1);
        return new Refusal(ErrorCode.BUDGET_EXCEEDED, message, seconds).resetsAt(reset);
    }

    private static String what(Budget budget) {
        return "the budget of " + owner(budget) + ", " + budget.show() + ",";
    }

    /** Whose budget it is, as callers read it. */
    static String owner(Budget budget) {
        return switch (budget.subject().kind()) {
            case KEY -> "this key";
            case WORKLOAD -> "this workload";
            case PROJECT -> "this project";
        };
    }
}
