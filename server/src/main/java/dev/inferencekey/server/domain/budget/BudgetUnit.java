package dev.inferencekey.server.domain.budget;

import dev.inferencekey.server.domain.price.NanoUsd;
import java.util.Locale;

/** What a budget counts. Its amounts are whole numbers of nano-USD or of tokens. */
public enum BudgetUnit {
    /** Billionths of a US dollar, by the price of the workload that is called. */
    USD,
    /** Input and output together. */
    TOKENS;

    private final String wire = name().toLowerCase(Locale.ROOT);

    /** The word for it in the API and in the store. */
    public String wire() {
        return wire;
    }

    /** @throws IllegalArgumentException if no unit is called so */
    public static BudgetUnit ofWire(String text) {
        for (BudgetUnit unit : values()) {
            if (unit.wire.equals(text)) {
                return unit;
            }
        }
        throw new IllegalArgumentException("no unit of a budget: " + text);
    }

    /** An amount for people: {@code $0.25} or {@code 1000 tokens}. */
    public String show(long amount) {
        return switch (this) {
            case USD -> "$" + NanoUsd.dollars(amount);
            case TOKENS -> amount == 1 ? "1 token" : amount + " tokens";
        };
    }
}
