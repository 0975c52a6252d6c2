package dev.inferencekey.server.dashboard.key;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.budget.BudgetPeriod;
import dev.inferencekey.server.domain.budget.BudgetSettings;
import dev.inferencekey.server.domain.price.NanoUsd;
import dev.inferencekey.server.manager.http.FormFields;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** A budget as a form has it: texts, empty for none. */
public record BudgetChoice(String usd, String tokens, String period, String zone) {
    private static final String TOKENS = "budget.tokens";

    public static BudgetChoice of(FormFields form) {
        return new BudgetChoice(
                form.text("budget_usd").strip(),
                form.text("budget_tokens").strip(),
                form.text("budget_period").strip(),
                form.text("budget_zone").strip());
    }

    public static BudgetChoice of(BudgetSettings settings) {
        return new BudgetChoice(
                settings.nanoUsd() == null ? "" : NanoUsd.dollars(settings.nanoUsd()),
                settings.tokens() == null ? "" : settings.tokens().toString(),
                settings.period().wire(),
                settings.zone().getId());
    }

    /**
     * What this means.
     *
     * @throws InvalidFieldException at what is not written as it has to be
     */
    public BudgetSettings settings() {
        return new BudgetSettings(
                usd.isEmpty() ? null : (Long) BudgetSettings.parseUsd("budget.usd", usd),
                count(),
                period.isEmpty() ? BudgetPeriod.MONTH : BudgetPeriod.parse("budget.period", period),
                zone.isEmpty() ? ZoneOffset.UTC : BudgetSettings.parseZone("budget.zone", zone));
    }

    private @Nullable Long count() {
        if (tokens.isEmpty()) {
            return null;
        }
        if (tokens.matches("[0-9]{1,16}")) {
            long number = Long.parseLong(tokens);
            if (number >= 1 && number <= BudgetSettings.MOST_TOKENS) {
                return number;
            }
        }
        throw new InvalidFieldException(
                TOKENS, "must be a whole number from 1 to " + BudgetSettings.MOST_TOKENS + ", or empty for no budget");
    }
}
