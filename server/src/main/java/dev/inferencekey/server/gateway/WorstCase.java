package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.budget.BudgetUnit;
import dev.inferencekey.server.domain.price.TokenPrice;
import org.jspecify.annotations.Nullable;

/**
 * The most that a request can come to, before a model server has seen it.
 *
 * <p>Notes. The estimate by which token limits reserve ({@link TokenEstimate}) may be too small, which costs a limit little; a budget must not be
 * overspent. See {@link CountedBody} for what is counted. Each count ends at {@value #MOST}, which is more than a model server can do.
 *
 * @param input tokens, 0 or more
 * @param output tokens of all answers together, 0 or more
 */
record WorstCase(long input, long output) {
    static final long MOST = 1_000_000_000_000L;

    WorstCase {
        input = Math.min(input, MOST);
        output = Math.min(output, MOST);
    }

    /** The product of two counts; {@link #MOST} if it is more. Neither must be negative. */
    static long times(long count, long times) {
        return count != 0 && times > MOST / count ? MOST : count * times;
    }

    /** In a budget's unit; {@code price} must be there where that is USD. */
    long in(BudgetUnit unit, @Nullable TokenPrice price) {
        return switch (unit) {
            case TOKENS -> input + output;
            case USD ->
                price == null
                        ? Long.MAX_VALUE
                        : Math.max(price.cost(input, 0, output), price.cost(input, input, output));
        };
    }
}
