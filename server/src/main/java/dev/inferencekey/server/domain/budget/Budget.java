package dev.inferencekey.server.domain.budget;

import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * One amount that may be spent in each period by all calls of a key, of a workload or within a project.
 *
 * @param id {@code bud_…}; another one when the period or the zone changes, since what was spent then belongs to no period of the new kind
 * @param amount nano-USD or tokens, from 1 to {@link BudgetSettings#MOST_NANO_USD} or {@link BudgetSettings#MOST_TOKENS}
 */
public record Budget(String id, BudgetSubject subject, BudgetUnit unit, long amount, BudgetPeriod period, ZoneId zone) {
    public Budget {
        if (amount < 1) {
            throw new IllegalArgumentException("a budget of nothing");
        }
    }

    /** When the period that {@code time} belongs to began. */
    public Instant start(Instant time) {
        return period.start(time, zone);
    }

    /** When it begins again after {@code time}; null for never. */
    public @Nullable Instant resetsAt(Instant time) {
        return period.end(time, zone);
    }

    /** Such as {@code $25 per month} or {@code 1000 tokens in total}. */
    public String show() {
        return unit.show(amount) + (period == BudgetPeriod.TOTAL ? " in total" : " per " + period.wire());
    }
}
