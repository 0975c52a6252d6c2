package dev.inferencekey.server.ports.access;

import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.price.TokenPrice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the data plane must know of a workload to keep its callers within budgets.
 *
 * @param budgets the workload's and its project's
 * @param price null if it has none
 * @param unpricedIsFree whether calls whose cost can't be told are served under a budget, and count nothing; else they are refused
 * @param contextTokens the most that one answer and its input have together, as far as the declaration tells; null if it does not
 * @param wantsCompletionTokens whether its model servers refuse {@code max_tokens} and want {@code max_completion_tokens}
 */
public record EndpointSpending(
        List<Budget> budgets,
        @Nullable TokenPrice price,
        boolean unpricedIsFree,
        @Nullable Integer contextTokens,
        boolean wantsCompletionTokens) {
    /** No budget, no price, nothing known. */
    public static final EndpointSpending NONE = new EndpointSpending(List.of(), null, false, null, false);

    public EndpointSpending {
        budgets = List.copyOf(budgets);
    }
}
