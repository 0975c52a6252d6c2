package dev.inferencekey.server.manager.budget;

import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.budget.BudgetPeriod;
import dev.inferencekey.server.domain.budget.BudgetSettings;
import dev.inferencekey.server.domain.budget.BudgetUnit;
import dev.inferencekey.server.domain.price.NanoUsd;
import dev.inferencekey.server.manager.http.CredentialJson;
import dev.inferencekey.server.manager.http.Json;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Budgets as JSON. Sums of US dollars are texts, so that no reader makes them less exact. Stateless and thread-safe. */
public final class BudgetJson {
    private static final String USD = "usd";
    private static final String TOKENS = "tokens";
    private static final String PERIOD = "period";
    private static final String ZONE = "zone";
    static final String UNPRICED_CALLS = "unpriced_calls";
    private static final int LONGEST = 64;

    private BudgetJson() {}

    /** What these fields say of budgets; an amount that is null or absent is not bounded. */
    public static BudgetSettings read(JsonFields fields) {
        fields.refuseUnknown(List.of(USD, TOKENS, PERIOD, ZONE));
        return settings(fields);
    }

    /** The same, besides {@link #UNPRICED_CALLS}. */
    static BudgetSettings readWithUnpriced(JsonFields fields) {
        fields.refuseUnknown(List.of(USD, TOKENS, PERIOD, ZONE, UNPRICED_CALLS));
        return settings(fields);
    }

    private static BudgetSettings settings(JsonFields fields) {
        String usd = fields.nonBlankText(USD, LONGEST);
        Long tokens = fields.wholeNumber(TOKENS, 1, BudgetSettings.MAX_TOKENS);
        String period = fields.nonBlankText(PERIOD, LONGEST);
        String zone = fields.nonBlankText(ZONE, LONGEST);
        return new BudgetSettings(
                usd == null ? null : (Long) BudgetSettings.parseUsd(fields.pathOf(USD), usd),
                tokens,
                period == null ? BudgetPeriod.MONTH : BudgetPeriod.parse(fields.pathOf(PERIOD), period),
                zone == null ? ZoneOffset.UTC : BudgetSettings.parseZone(fields.pathOf(ZONE), zone));
    }

    /** Null for no change. */
    static @Nullable Boolean readUnpriced(JsonFields fields) {
        String text = fields.nonBlankText(UNPRICED_CALLS, LONGEST);
        if (text == null) {
            return null;
        }
        for (boolean free : new boolean[] {true, false}) {
            if (BudgetService.unpriced(free).equals(text)) {
                return free;
            }
        }
        throw fields.wrong(UNPRICED_CALLS, "must be refuse or free");
    }

    static Map<String, @Nullable Object> of(BudgetService.View view) {
        BudgetSettings settings = view.settings();
        boolean none = settings.none();
        return Json.object(
                USD,
                settings.nanoUsd() == null ? null : NanoUsd.dollars(settings.nanoUsd()),
                TOKENS,
                settings.tokens(),
                PERIOD,
                none ? null : settings.period().wire(),
                ZONE,
                none ? null : settings.zoneName(),
                UNPRICED_CALLS,
                BudgetService.unpriced(view.unpricedIsFree()),
                "spending",
                view.standings().stream().map(BudgetJson::of).toList());
    }

    private static Map<String, @Nullable Object> of(BudgetService.Standing standing) {
        BudgetUnit unit = standing.budget().unit();
        return Json.object(
                "unit",
                unit.wire(),
                "amount",
                amount(unit, standing.budget().amount()),
                "spent",
                amount(unit, standing.spent()),
                "held",
                amount(unit, standing.held()),
                "percent",
                standing.percent(),
                "since",
                standing.resetsAt() == null ? null : standing.since().toString(),
                "resets_at",
                CredentialJson.time(standing.resetsAt()));
    }

    private static String amount(BudgetUnit unit, long amount) {
        return unit == BudgetUnit.USD ? NanoUsd.dollars(amount) : Long.toString(amount);
    }
}
