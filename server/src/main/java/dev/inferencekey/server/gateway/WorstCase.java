package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.budget.BudgetUnit;
import dev.inferencekey.server.domain.price.TokenPrice;
import org.jspecify.annotations.Nullable;

/**
 * The most that a request can come to, before a model server has seen it.
 *
 * <p>Notes. The estimate by which token limits reserve ({@link TokenEstimate}) may be too small, which costs a limit little; a budget must not be
 * overspent. No token of text is less than one byte, and what stands around the text in a body, the names and the punctuation of JSON, is at least as
 * long as what templates put around it for the model. A picture or sound in a data URL is taken for {@value #PER_FILE} tokens.
 *
 * @param input tokens
 * @param output tokens of all answers together
 */
record WorstCase(long input, long output) {
    static final int PER_FILE = 16_384;

    private static final long MOST = 1_000_000_000_000L;

    WorstCase {
        input = Math.min(input, MOST);
        output = Math.min(output, MOST);
    }

    static WorstCase of(long textBytes, int files, long outputOfEach, long answers) {
        long each = Math.min(outputOfEach, Integer.MAX_VALUE);
        return new WorstCase(textBytes + (long) files * PER_FILE, each * Math.min(answers, Short.MAX_VALUE));
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
