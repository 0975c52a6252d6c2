package dev.inferencekey.server.domain.price;

import java.math.BigDecimal;

/** Sums of money in billionths of a US dollar, never negative. Stateless and thread-safe. */
public final class NanoUsd {
    private static final int DECIMALS = 9;

    private NanoUsd() {}

    /** Both together; what is more than fits stays the most that fits, some nine billion dollars. */
    public static long plus(long one, long other) {
        long sum = one + other;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /** The exact sum in US dollars without needless zeros, such as {@code 0.00012}. */
    public static String dollars(long nanoUsd) {
        return BigDecimal.valueOf(nanoUsd, DECIMALS).stripTrailingZeros().toPlainString();
    }
}
