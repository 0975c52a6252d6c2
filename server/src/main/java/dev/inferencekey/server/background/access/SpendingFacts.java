package dev.inferencekey.server.background.access;

import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.BudgetSubject;
import dev.inferencekey.server.domain.engine.ModelContext;
import dev.inferencekey.server.domain.price.PricePeriod;
import dev.inferencekey.server.domain.price.TokenPrice;
import dev.inferencekey.server.domain.upstream.UpstreamSettings;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.access.EndpointSpending;
import dev.inferencekey.server.ports.store.StoreSession;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the data plane must know to keep calls within budgets, read from one transaction: for all keys and workloads with few questions, or for
 * single ones. Used by one thread.
 */
final class SpendingFacts {
    private static final List<String> WANT_COMPLETION_TOKENS = List.of("openai.com", "openai.azure.com");

    private final Function<BudgetSubject, List<Budget>> budgets;
    private final Function<Workload, @Nullable TokenPrice> prices;
    private final Function<String, Boolean> unpricedIsFree;

    private SpendingFacts(
            Function<BudgetSubject, List<Budget>> budgets,
            Function<Workload, @Nullable TokenPrice> prices,
            Function<String, Boolean> unpricedIsFree) {
        this.budgets = budgets;
        this.prices = prices;
        this.unpricedIsFree = unpricedIsFree;
    }

    /** For a few: asks for each. */
    static SpendingFacts ofSome(StoreSession session) {
        return new SpendingFacts(
                session.budgets()::of,
                workload -> session.prices()
                        .find(workload.projectId(), workload.slug())
                        .map(PricePeriod::price)
                        .orElse(null),
                session.budgets()::unpricedIsFree);
    }

    /** For all: asks once for all budgets, and once for the prices of each project. */
    static SpendingFacts ofAll(StoreSession session) {
        Map<BudgetSubject, List<Budget>> all =
                session.budgets().all().stream().collect(Collectors.groupingBy(Budget::subject));
        Set<String> free = session.budgets().projectsWhereUnpricedIsFree();
        Map<String, Map<String, TokenPrice>> byProject = new HashMap<>();
        return new SpendingFacts(
                subject -> all.getOrDefault(subject, List.of()),
                workload -> byProject
                        .computeIfAbsent(
                                workload.projectId(),
                                project -> session.prices().current(project).stream()
                                        .collect(Collectors.toMap(PricePeriod::workloadSlug, PricePeriod::price)))
                        .get(workload.slug()),
                free::contains);
    }

    List<Budget> ofKey(String keyId) {
        return budgets.apply(BudgetSubject.ofKey(keyId));
    }

    EndpointSpending of(Workload workload) {
        List<Budget> covering = new ArrayList<>(budgets.apply(BudgetSubject.ofWorkload(workload.id())));
        covering.addAll(budgets.apply(BudgetSubject.ofProject(workload.projectId())));
        return new EndpointSpending(
                covering,
                prices.apply(workload),
                unpricedIsFree.apply(workload.projectId()),
                ModelContext.tokens(workload.config()),
                wantsCompletionTokens(workload.config()));
    }

    /** OpenAI's own models that reason refuse the older name. */
    private static boolean wantsCompletionTokens(@Nullable Map<String, @Nullable Object> config) {
        if (config == null || !(config.get(UpstreamSettings.BASE_URL) instanceof String)) {
            return false;
        }
        try {
            String host = UpstreamSettings.parse(config).baseUrl().getHost().toLowerCase(Locale.ROOT);
            return WANT_COMPLETION_TOKENS.stream().anyMatch(each -> host.equals(each) || host.endsWith("." + each));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
