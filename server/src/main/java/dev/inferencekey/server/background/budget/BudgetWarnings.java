package dev.inferencekey.server.background.budget;

import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.budget.AccountKey;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.metrics.MetricSource;
import dev.inferencekey.server.ports.store.StoreSession;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Tells people, once for each period, that a budget has reached one of {@link Budget#WARNED_AT}: in the audit trail, to the receiver of
 * webhooks, and as a metric. Thread-safe.
 */
final class BudgetWarnings implements MetricSource {
    private static final String NOBODY = "platform";

    private final Map<Integer, LongAdder> told = new ConcurrentHashMap<>();

    BudgetWarnings() {
        Budget.WARNED_AT.forEach(percent -> told.put(percent, new LongAdder()));
    }

    /** Notes it in the transaction that books what reached it; {@code spent}: with that. */
    static void note(StoreSession session, IdSource ids, AccountKey account, int percent, long spent, Instant now) {
        session.budgets().find(account.budgetId()).ifPresent(budget -> {
            BudgetEvent event = BudgetEvent.of(session, budget);
            session.audit()
                    .append(new AuditEvent(
                            ids.next("aud"),
                            now,
                            NOBODY,
                            AuditAction.budgetReached(budget.subject().kind()).wire(),
                            event.projectSlug(),
                            budget.subject().id(),
                            "",
                            Map.of("percent", Integer.toString(percent), "budget", budget.show())));
            session.webhooks().add(event.reached(ids, account, percent, spent, now));
        });
    }

    /** It was booked. */
    void told(int percent) {
        LongAdder count = told.get(percent);
        if (count != null) {
            count.increment();
        }
    }

    @Override
    public List<Metric> metrics() {
        return List.of(new Metric(
                "inferencekey_budget_warnings_total",
                "Budgets that reached this share of their amount; each once in a period, on the node that booked it.",
                Metric.Kind.COUNTER,
                List.of("percent"),
                Budget.WARNED_AT.stream()
                        .map(percent -> (Metric.Point) new Metric.Value(
                                List.of(percent.toString()),
                                told.getOrDefault(percent, new LongAdder()).doubleValue()))
                        .toList()));
    }
}
