package dev.inferencekey.server.domain.budget;

/**
 * What a node tells the store about one account, all of it at once. With zeros only it is a look.
 *
 * @param released of what is held for the node, since requests that had it have used it
 * @param used in truth by requests that have ended
 * @param surrendered of what is held for the node, since it is idle
 * @param need what must be granted to be of any use; 0 for nothing
 * @param want what would spare the node the next question; at least {@code need}
 */
public record BudgetChange(AccountKey key, long released, long used, long surrendered, long need, long want) {}
