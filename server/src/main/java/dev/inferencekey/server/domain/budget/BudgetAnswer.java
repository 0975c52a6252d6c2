package dev.inferencekey.server.domain.budget;

import org.jspecify.annotations.Nullable;

/**
 * What the store says of one account after a change.
 *
 * @param account null if there is no such budget any more: nothing bounds then
 * @param ownHold what the store holds for the node that asks
 * @param recalled the node's own need was not met
 */
public record BudgetAnswer(AccountKey key, @Nullable BudgetAccount account, long ownHold, boolean recalled) {}
