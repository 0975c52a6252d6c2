package dev.inferencekey.server.background.budget;

import dev.inferencekey.server.domain.budget.AccountKey;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.BudgetPeriod;
import dev.inferencekey.server.domain.budget.BudgetSubject;
import dev.inferencekey.server.domain.budget.BudgetUnit;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.price.NanoUsd;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.webhook.WebhookEvent;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.store.StoreSession;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is told of a budget: whose it is, and how it stands. Names and shapes are those of the API.
 *
 * @param subject of the budget, as JSON
 * @param project to which that belongs; null if it is gone
 */
record BudgetEvent(
        Budget budget,
        Map<String, @Nullable Object> subject,
        @Nullable Project project) {
    /** With the names that things have now. */
    static BudgetEvent of(StoreSession session, Budget budget) {
        BudgetSubject of = budget.subject();
        Map<String, @Nullable Object> subject = new LinkedHashMap<>();
        subject.put("kind", of.kind().wire());
        subject.put("id", of.id());
        String projectId = of.id();
        switch (of.kind()) {
            case KEY -> {
                IssuedApiKey key = session.apiKeys().find(of.id()).orElse(null);
                subject.put("name", key == null ? null : key.name());
                projectId = key == null ? "" : key.projectId();
            }
            case WORKLOAD -> {
                Workload workload = session.workloads().find(of.id()).orElse(null);
                subject.put("slug", workload == null ? null : workload.slug());
                subject.put("name", workload == null ? null : workload.name());
                projectId = workload == null ? "" : workload.projectId();
            }
            case PROJECT -> {}
        }
        Project project = session.projects().find(projectId).orElse(null);
        if (of.kind() == BudgetSubject.Kind.PROJECT) {
            subject.put("slug", project == null ? null : project.slug());
            subject.put("name", project == null ? null : project.name());
        }
        return new BudgetEvent(budget, subject, project);
    }

    /** Empty if the project is gone. */
    String projectSlug() {
        return project == null ? "" : project.slug();
    }

    /** It has reached this share of its amount. */
    WebhookEvent reached(IdSource ids, AccountKey account, int percent, long spent, Instant now) {
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("percent", percent);
        data.put("subject", subject);
        data.put("project", projectJson());
        data.put("budget", budgetJson(account, spent));
        return new WebhookEvent(ids.next(WebhookEvent.ID_PREFIX), WebhookEvent.BUDGET_THRESHOLD_REACHED, now, data);
    }

    private @Nullable Map<String, @Nullable Object> projectJson() {
        if (project == null) {
            return null;
        }
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", project.id());
        json.put("slug", project.slug());
        json.put("name", project.name());
        return json;
    }

    private Map<String, @Nullable Object> budgetJson(AccountKey account, long spent) {
        boolean ends = budget.period() != BudgetPeriod.TOTAL;
        Instant resetsAt = budget.resetsAt(account.start());
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", budget.id());
        json.put("unit", budget.unit().wire());
        json.put("amount", amount(budget.amount()));
        json.put("spent", amount(spent));
        json.put("period", budget.period().wire());
        json.put(
                "zone",
                budget.zone().equals(ZoneOffset.UTC) ? "UTC" : budget.zone().getId());
        json.put("since", ends ? account.start().toString() : null);
        json.put("resets_at", resetsAt == null ? null : resetsAt.toString());
        return json;
    }

    /** As text, so that no reader makes it less exact. */
    private String amount(long amount) {
        return budget.unit() == BudgetUnit.USD ? NanoUsd.dollars(amount) : Long.toString(amount);
    }
}
