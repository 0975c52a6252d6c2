package dev.inferencekey.server.domain.budget;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One amount that may be spent in each period by all calls of a key, of a workload or within a project.
 *
 * @param id {@code bud_…}; another one when the period or the zone changes, since what was spent then belongs to no period of the new kind
 * @param amount nano-USD or tokens, from 1 to {@link BudgetSettings#MAX_NANO_USD} or {@link BudgetSettings#MAX_TOKENS}
 */
public record Budget(String id, BudgetSubject subject, BudgetUnit unit, long amount, BudgetPeriod period, ZoneId zone) {
    /**
     * At these shares of an amount, in percent, people are warned. Of a whole one from {@value #AS_GOOD_AS_ALL} percent on: what is left then
     * is often too little for any call.
     */
    public static final List<Integer> WARNED_AT = List.of(50, 80, 100);

    /** From this share on, in percent, a budget counts as used up. */
    public static final int AS_GOOD_AS_ALL = 99;

    public Budget {
        if (amount < 1) {
            throw new IllegalArgumentException("a budget of nothing");
        }
    }

    /** The highest of {@link #WARNED_AT} that is reached by what was spent afterwards, and was not before; 0 if none is. */
    public static int warning(long amount, long before, long after) {
        int reached = 0;
        for (int percent : WARNED_AT) {
            double share = amount * (Math.min(percent, AS_GOOD_AS_ALL) / 100.0);
            if (before < share && after >= share) {
                reached = percent;
            }
        }
        return reached;
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
