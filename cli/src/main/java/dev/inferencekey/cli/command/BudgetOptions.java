package dev.inferencekey.cli.command;

import dev.inferencekey.cli.api.UsageException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How much a key, a workload or a project may spend. Filled by picocli on one thread. */
public final class BudgetOptions {
    private static final String NONE = "none";
    private static final String USD = "usd";
    private static final String TOKENS = "tokens";
    private static final String PERIOD = "period";
    private static final String ZONE = "zone";

    /** The names of the options, for people. */
    public static final String NAMES = "--budget-usd, --budget-tokens, --budget-period or --budget-zone";

    @Option(
            names = "--budget-usd",
            paramLabel = "USD",
            description = "The most US dollars in each period, such as 25 or 0.50, or none for no such budget.")
    private @Nullable String usd;

    @Option(
            names = "--budget-tokens",
            paramLabel = "N",
            description = "The most tokens in each period, in and out, or none for no such budget.")
    private @Nullable String tokens;

    @Option(
            names = "--budget-period",
            paramLabel = "PERIOD",
            description = "When a budget resets: each hour, day, week or month, or never: total. Default: month.")
    private @Nullable String period;

    @Option(
            names = "--budget-zone",
            paramLabel = "ZONE",
            description = "The time zone of its days, weeks and months, such as Europe/Berlin. Default: UTC.")
    private @Nullable String zone;

    public boolean given() {
        return usd != null || tokens != null || period != null || zone != null;
    }

    /** What was given alone, for a budget that is new. */
    public void addTo(ObjectNode budget) {
        change(budget, USD, usd);
        if (tokens != null && !tokens.equals(NONE)) {
            budget.put(TOKENS, count(tokens));
        }
        change(budget, PERIOD, period);
        change(budget, ZONE, zone);
    }

    private static void change(ObjectNode budget, String field, @Nullable String given) {
        if (given != null && !given.equals(NONE)) {
            budget.put(field, given);
        }
    }

    /**
     * What is to be put in the place of a budget: what was given, and the rest as it is.
     *
     * @param present as the server tells it
     */
    public void change(ObjectNode budget, JsonNode present) {
        for (String field : List.of(USD, TOKENS, PERIOD, ZONE)) {
            JsonNode value = present.path(field);
            if (!value.isMissingNode() && !value.isNull()) {
                budget.set(field, value);
            }
        }
        if (NONE.equals(usd)) {
            budget.remove(USD);
        }
        if (NONE.equals(tokens)) {
            budget.remove(TOKENS);
        }
        addTo(budget);
    }

    private static long count(String given) {
        try {
            long most = Long.parseLong(given);
            if (most > 0) {
                return most;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new UsageException("--budget-tokens must be a whole number above 0, or " + NONE);
    }

    /** Budgets as people read them, a line each. */
    public static List<String> texts(JsonNode budget, Instant now) {
        List<String> texts = new ArrayList<>();
        String period = Facts.shown(budget, PERIOD);
        for (JsonNode spending : budget.path("spending")) {
            boolean dollars = Facts.shown(spending, "unit").equals(USD);
            String resets = Facts.when(spending, "resets_at", now);
            texts.add(amount(dollars, spending, "amount")
                    + (period.equals("total")
                            ? " in total: "
                            : " per " + period + " (" + Facts.shown(budget, ZONE) + "): ")
                    + amount(dollars, spending, "spent") + " spent (" + Facts.shown(spending, "percent") + "%), "
                    + amount(dollars, spending, "held") + " held, "
                    + (resets == null ? "never resets" : "resets " + resets));
        }
        return texts;
    }

    private static String amount(boolean dollars, JsonNode spending, String field) {
        String text = Facts.shown(spending, field);
        return dollars ? "$" + text : text + " tokens";
    }

    /** Adds the budgets to what is told of somebody. */
    public static void addTo(FactSheet sheet, JsonNode budget, Instant now) {
        texts(budget, now).forEach(text -> sheet.add("budget", text));
    }
}
