package dev.inferencekey.server.domain.budget;

import java.time.Instant;
import java.util.Comparator;

/**
 * One budget in one period.
 *
 * @param start of the period
 */
public record AccountKey(String budgetId, Instant start) implements Comparable<AccountKey> {
    private static final Comparator<AccountKey> ORDER =
            Comparator.comparing(AccountKey::budgetId).thenComparing(AccountKey::start);

    @Override
    public int compareTo(AccountKey other) {
        return ORDER.compare(this, other);
    }
}
