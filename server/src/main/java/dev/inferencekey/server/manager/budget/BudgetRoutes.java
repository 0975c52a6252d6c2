package dev.inferencekey.server.manager.budget;

import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.budget.BudgetSettings;
import dev.inferencekey.server.domain.budget.BudgetSubject;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.CredentialJson;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.key.ApiKeyService;
import dev.inferencekey.server.manager.workload.WorkloadService;
import dev.inferencekey.server.ports.access.AccessPublication.Receipt;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code …/budget} of a project, of a workload and of a key. */
public final class BudgetRoutes {
    private static final String PROJECT = "/api/projects/{project}/budget";
    private static final String WORKLOAD = "/api/projects/{project}/workloads/{workload_slug}/budget";
    private static final String KEY = "/api/projects/{project}/keys/{key_id}/budget";

    private final BudgetService budgets;
    private final WorkloadService workloads;
    private final ApiKeyService keys;

    public BudgetRoutes(BudgetService budgets, WorkloadService workloads, ApiKeyService keys) {
        this.budgets = budgets;
        this.workloads = workloads;
        this.keys = keys;
    }

    /** Whose budget is asked for, and what people call it. */
    private record Named(BudgetSubject subject, String name) {}

    private interface Naming {
        Named of(Exchange exchange);
    }

    public List<Route> routes() {
        return List.of(
                Route.project("GET", PROJECT, Action.BUDGET_READ, exchange -> show(exchange, BudgetRoutes::project)),
                Route.project("PUT", PROJECT, Action.BUDGET_WRITE, exchange -> put(exchange, BudgetRoutes::project)),
                Route.project("GET", WORKLOAD, Action.LIMIT_READ, exchange -> show(exchange, this::workload)),
                Route.project("PUT", WORKLOAD, Action.LIMIT_WRITE, exchange -> put(exchange, this::workload)),
                Route.project("GET", KEY, Action.KEY_READ, exchange -> show(exchange, this::key)),
                Route.project("PUT", KEY, Action.KEY_WRITE, exchange -> put(exchange, this::key)));
    }

    private Answer show(Exchange exchange, Naming naming) {
        return Answer.ok(BudgetJson.of(
                budgets.get(exchange.project(), naming.of(exchange).subject())));
    }

    private Answer put(Exchange exchange, Naming naming) {
        Named named = naming.of(exchange);
        JsonFields fields = exchange.fields();
        boolean ofProject = named.subject().kind() == BudgetSubject.Kind.PROJECT;
        BudgetSettings wanted = ofProject ? BudgetJson.readWithUnpriced(fields) : BudgetJson.read(fields);
        Receipt receipt = budgets.put(
                exchange.requester(),
                exchange.project(),
                named.subject(),
                named.name(),
                wanted,
                ofProject ? BudgetJson.readUnpriced(fields) : null);
        Map<String, @Nullable Object> json = BudgetJson.of(budgets.get(exchange.project(), named.subject()));
        json.put("propagation", CredentialJson.propagation(receipt));
        return Answer.ok(json);
    }

    private static Named project(Exchange exchange) {
        return new Named(
                BudgetSubject.ofProject(exchange.project().id()),
                exchange.project().slug());
    }

    private Named workload(Exchange exchange) {
        Workload workload = workloads.get(exchange.project(), exchange.variable("workload_slug"));
        return new Named(BudgetSubject.ofWorkload(workload.id()), workload.slug());
    }

    private Named key(Exchange exchange) {
        IssuedApiKey key = keys.get(exchange.project(), exchange.variable("key_id"));
        return new Named(BudgetSubject.ofKey(key.id()), key.name());
    }
}
