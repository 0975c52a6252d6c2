package dev.inferencekey.server.domain.budget;

import dev.inferencekey.server.domain.InvalidFieldException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What people set for one key, workload or project: up to two amounts, which begin again together.
 *
 * @param nanoUsd from 1 to {@link #MAX_NANO_USD}; null for no such budget
 * @param tokens from 1 to {@link #MAX_TOKENS}; null for no such budget
 * @param zone in which days, weeks and months are those of the calendar
 */
public record BudgetSettings(
        @Nullable Long nanoUsd, @Nullable Long tokens, BudgetPeriod period, ZoneId zone) {
    /** A billion US dollars. */
    public static final long MAX_NANO_USD = 1_000_000_000_000_000_000L;

    /** A million times a million times a thousand, far from where sums of a few would not fit. */
    public static final long MAX_TOKENS = 1_000_000_000_000_000L;

    /** No budget at all. */
    public static final BudgetSettings NONE = new BudgetSettings(null, null, BudgetPeriod.MONTH, ZoneOffset.UTC);

    private static final int DECIMALS = 9;
    private static final int MAX_ZONE_LENGTH = 64;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,20}(\\.[0-9]{1,20})?");

    public BudgetSettings {
        require("USD", nanoUsd, MAX_NANO_USD);
        require("tokens", tokens, MAX_TOKENS);
    }

    private static void require(String what, @Nullable Long amount, long most) {
        if (amount != null && (amount < 1 || amount > most)) {
            throw new IllegalArgumentException("no budget in " + what + ": " + amount);
        }
    }

    /** The settings that these budgets of one subject make up. */
    public static BudgetSettings of(List<Budget> budgets) {
        Long usd = null;
        Long tokens = null;
        for (Budget budget : budgets) {
            if (budget.unit() == BudgetUnit.USD) {
                usd = budget.amount();
            } else {
                tokens = budget.amount();
            }
        }
        return budgets.isEmpty()
                ? NONE
                : new BudgetSettings(
                        usd,
                        tokens,
                        budgets.getFirst().period(),
                        budgets.getFirst().zone());
    }

    /** Whether nothing is bounded. */
    public boolean none() {
        return nanoUsd == null && tokens == null;
    }

    /** The amount in this unit, null for none. */
    public @Nullable Long amount(BudgetUnit unit) {
        return unit == BudgetUnit.USD ? nanoUsd : tokens;
    }

    /**
     * Reads US dollars with at most nine decimals, such as {@code 25} or {@code 0.5}.
     *
     * @return nano-USD
     * @throws InvalidFieldException if the text is anything else, nothing, or more than a billion
     */
    public static long parseUsd(String field, String text) {
        String number = text.strip();
        if (!NUMBER.matcher(number).matches()) {
            throw new InvalidFieldException(field, field + " must be US dollars as a plain number, such as 25 or 0.50");
        }
        BigDecimal dollars = new BigDecimal(number).stripTrailingZeros();
        if (dollars.scale() > DECIMALS) {
            throw new InvalidFieldException(field, field + " must have at most " + DECIMALS + " decimals");
        }
        BigDecimal nano = dollars.movePointRight(DECIMALS);
        if (nano.signum() == 0 || nano.compareTo(BigDecimal.valueOf(MAX_NANO_USD)) > 0) {
            throw new InvalidFieldException(
                    field,
                    field
                            + " must be more than 0 and at most 1000000000 US dollars; to stop all calls, disable the key");
        }
        return nano.longValueExact();
    }

    /** What people call the zone; {@link #parseZone} reads it. */
    public String zoneName() {
        return zone.equals(ZoneOffset.UTC) ? "UTC" : zone.getId();
    }

    /**
     * Reads the name of a time zone, such as {@code Europe/Berlin} or {@code UTC}.
     *
     * @throws InvalidFieldException if there is none of this name
     */
    public static ZoneId parseZone(String field, String text) {
        try {
            if (text.length() <= MAX_ZONE_LENGTH) {
                ZoneId zone = ZoneId.of(text.strip());
                // It has several names, and another zone would begin at zero.
                return zone.normalized().equals(ZoneOffset.UTC) ? ZoneOffset.UTC : zone;
            }
        } catch (DateTimeException e) {
            // Told below.
        }
        throw new InvalidFieldException(
                field, field + " must be the name of a time zone, such as UTC or Europe/Berlin");
    }
}
