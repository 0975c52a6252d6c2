package dev.inferencekey.server.dashboard.budget;

import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Problem;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.budget.BudgetSubject;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.ControlPlane;
import dev.inferencekey.server.manager.budget.BudgetService;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.FormFields;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.ports.access.AccessPublication.Receipt;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The budget of a project, of a workload and of a key: how it stands, and the form that changes it. */
public final class BudgetPages {
    private static final String PROJECT = "/projects/{project}";
    private static final String UNPRICED = "unpriced_calls";

    private final Pages pages;
    private final ControlPlane plane;

    public BudgetPages(Pages pages, ControlPlane plane) {
        this.pages = pages;
        this.plane = plane;
    }

    /**
     * Whose budget a page is about.
     *
     * @param name what people call it
     * @param back its own page, below the project's address
     */
    private record Named(BudgetSubject subject, String name, String back, Section section, Action write) {}

    private interface Naming {
        Named of(Exchange exchange);
    }

    /**
     * What the page shows.
     *
     * @param back the page of whose budget it is, below the project's address
     * @param ofProject whether it is the project's
     */
    public record View(
            String name,
            String back,
            boolean ofProject,
            Action write,
            BudgetService.View budget,
            BudgetChoice choice,
            @Nullable Problem problem) {}

    public List<Route> routes() {
        String workload = PROJECT + "/workloads/{workload_slug}/budget";
        String key = PROJECT + "/keys/{key_id}/budget";
        return List.of(
                Route.project(
                        "GET", PROJECT + "/budget", Action.BUDGET_READ, exchange -> show(exchange, this::project)),
                Route.project(
                        "POST", PROJECT + "/budget", Action.BUDGET_WRITE, exchange -> put(exchange, this::project)),
                Route.project("GET", workload, Action.LIMIT_READ, exchange -> show(exchange, this::workload)),
                Route.project("POST", workload, Action.LIMIT_WRITE, exchange -> put(exchange, this::workload)),
                Route.project("GET", key, Action.KEY_READ, exchange -> show(exchange, this::key)),
                Route.project("POST", key, Action.KEY_WRITE, exchange -> put(exchange, this::key)));
    }

    private Answer show(Exchange exchange, Naming naming) {
        Named named = naming.of(exchange);
        BudgetService.View budget = plane.budgets().get(exchange.project(), named.subject());
        return show(exchange, named, budget, BudgetChoice.of(budget.settings()), null);
    }

    private Answer show(
            Exchange exchange, Named named, BudgetService.View budget, BudgetChoice choice, @Nullable Problem problem) {
        return pages.show(
                exchange,
                problem == null ? 200 : problem.status(),
                named.section(),
                "Budget of " + named.name(),
                "budget/budget.jte",
                new View(
                        named.name(),
                        named.back(),
                        named.subject().kind() == BudgetSubject.Kind.PROJECT,
                        named.write(),
                        budget,
                        choice,
                        problem));
    }

    private Answer put(Exchange exchange, Naming naming) {
        Named named = naming.of(exchange);
        FormFields form = exchange.form();
        BudgetChoice choice = BudgetChoice.of(form);
        boolean ofProject = named.subject().kind() == BudgetSubject.Kind.PROJECT;
        return switch (Problem.attempt(() -> plane.budgets()
                .put(
                        exchange.requester(),
                        exchange.project(),
                        named.subject(),
                        named.name(),
                        choice.settings(),
                        ofProject ? (Boolean) form.ticked(UNPRICED) : null))) {
            case Problem.Outcome.Done<Receipt> _ ->
                Pages.goTo(exchange, "/projects/" + exchange.project().slug() + named.back() + "/budget");
            case Problem.Outcome.Wrong<Receipt> wrong ->
                show(
                        exchange,
                        named,
                        plane.budgets().get(exchange.project(), named.subject()),
                        choice,
                        wrong.problem());
        };
    }

    private Named project(Exchange exchange) {
        return new Named(
                BudgetSubject.ofProject(exchange.project().id()),
                exchange.project().slug(),
                "",
                Section.USAGE,
                Action.BUDGET_WRITE);
    }

    private Named workload(Exchange exchange) {
        Workload workload = plane.workloads().get(exchange.project(), exchange.variable("workload_slug"));
        return new Named(
                BudgetSubject.ofWorkload(workload.id()),
                workload.slug(),
                "/workloads/" + workload.slug(),
                Section.WORKLOADS,
                Action.LIMIT_WRITE);
    }

    private Named key(Exchange exchange) {
        IssuedApiKey key = plane.keys().get(exchange.project(), exchange.variable("key_id"));
        return new Named(
                BudgetSubject.ofKey(key.id()), key.name(), "/keys/" + key.id(), Section.KEYS, Action.KEY_WRITE);
    }
}
