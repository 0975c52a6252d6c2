package dev.inferencekey.server.dashboard.budget;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.budget.BudgetPeriod;
import dev.inferencekey.server.domain.budget.BudgetSettings;
import dev.inferencekey.server.domain.price.NanoUsd;
import dev.inferencekey.server.manager.http.FormFields;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** A budget as a form has it: texts, empty for none. */
public record BudgetChoice(String usd, String tokens, String period, String zone) {
    /** The names of the fields. */
    public static final String USD = "budget_usd";

    public static final String TOKENS = "budget_tokens";
    public static final String PERIOD = "budget_period";
    public static final String ZONE = "budget_zone";

    public static BudgetChoice of(FormFields form) {
        return new BudgetChoice(
                form.text(USD).strip(),
                form.text(TOKENS).strip(),
                form.text(PERIOD).strip(),
                form.text(ZONE).strip());
    }

    public static BudgetChoice of(BudgetSettings settings) {
        return new BudgetChoice(
                settings.nanoUsd() == null ? "" : NanoUsd.dollars(settings.nanoUsd()),
                settings.tokens() == null ? "" : settings.tokens().toString(),
                settings.period().wire(),
                settings.zoneName());
    }

    /** Whether this period is the one that is chosen. */
    public boolean isChosen(BudgetPeriod each) {
        return period.equals(each.wire()) || (period.isEmpty() && each == BudgetPeriod.MONTH);
    }

    /**
     * What this means.
     *
     * @throws InvalidFieldException at what is not written as it has to be
     */
    public BudgetSettings settings() {
        return new BudgetSettings(
                usd.isEmpty() ? null : (Long) BudgetSettings.parseUsd(USD, usd),
                count(),
                period.isEmpty() ? BudgetPeriod.MONTH : BudgetPeriod.parse(PERIOD, period),
                zone.isEmpty() ? ZoneOffset.UTC : BudgetSettings.parseZone(ZONE, zone));
    }

    private @Nullable Long count() {
        if (tokens.isEmpty()) {
            return null;
        }
        if (tokens.matches("[0-9]{1,16}")) {
            long number = Long.parseLong(tokens);
            if (number >= 1 && number <= BudgetSettings.MAX_TOKENS) {
                return number;
            }
        }
        throw new InvalidFieldException(
                TOKENS,
                "Tokens must be a whole number from 1 to " + BudgetSettings.MAX_TOKENS + ", or empty for no budget");
    }
}
