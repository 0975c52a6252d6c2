package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.BudgetUnit;
import dev.inferencekey.server.domain.budget.NodeLedger.Claim;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.domain.price.TokenPrice;
import dev.inferencekey.server.ports.access.EndpointSpending;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The budgets that cover one request, and how they count it. Immutable.
 *
 * @param budgets those that the request counts under; at least one
 * @param price of the workload; there if a budget is in USD
 */
record BudgetCover(List<Budget> budgets, @Nullable TokenPrice price) {
    /** What was found. */
    sealed interface Found {
        /** The request counts under no budget. */
        record Nothing() implements Found {}

        /** There are budgets, but what the request costs can't be told, and that is free here. */
        record Free() implements Found {}

        /** The request counts. */
        record Covered(BudgetCover cover) implements Found {}

        record Refused(Refusal refusal) implements Found {}
    }

    private static final Found NOTHING = new Found.Nothing();

    static Found of(List<Budget> ofKey, EndpointSpending spending, InferenceRoute route, String workloadSlug) {
        if (ofKey.isEmpty() && spending.budgets().isEmpty()) {
            return NOTHING;
        }
        boolean counted = TokenEstimate.usesTokens(route);
        List<Budget> covering =
                new ArrayList<>(ofKey.size() + spending.budgets().size());
        for (List<Budget> some : List.of(ofKey, spending.budgets())) {
            for (Budget budget : some) {
                if (counted && (budget.unit() == BudgetUnit.TOKENS || spending.price() != null)) {
                    covering.add(budget);
                } else if (!spending.unpricedIsFree()) {
                    return new Found.Refused(
                            Refusal.of(ErrorCode.PRICE_MISSING, uncountable(budget, counted, workloadSlug)));
                }
            }
        }
        return covering.isEmpty() ? new Found.Free() : new Found.Covered(new BudgetCover(covering, spending.price()));
    }

    private static String uncountable(Budget budget, boolean counted, String workloadSlug) {
        String whose = BudgetHold.owner(budget) + " has a budget of " + budget.show();
        return counted
                ? "the workload \"" + workloadSlug + "\" has no price, and " + whose
                        + "; an admin can set a price, or let calls without one be free"
                : whose + ", and calls of this route are not counted in tokens; an admin can let them be free";
    }

    List<Claim> claims(WorstCase worst) {
        return budgets.stream()
                .map(budget -> new Claim(budget, worst.in(budget.unit(), price)))
                .toList();
    }

    /** What tokens that were used come to in each budget, in their order. */
    long[] used(TokenCount tokens) {
        long input = tokens.input() == null ? 0 : tokens.input();
        long cached = tokens.cached() == null ? 0 : tokens.cached();
        long output = tokens.output() == null ? 0 : tokens.output();
        return budgets.stream()
                .mapToLong(budget -> budget.unit() == BudgetUnit.TOKENS || price == null
                        ? Math.max(0, input) + Math.max(0, output)
                        : price.cost(input, cached, output))
                .toArray();
    }
}
