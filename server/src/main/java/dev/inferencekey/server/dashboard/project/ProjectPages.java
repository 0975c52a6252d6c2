package dev.inferencekey.server.dashboard.project;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Problem;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.domain.access.AccessPolicy;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.access.Decision;
import dev.inferencekey.server.domain.access.Resource;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.ControlPlane;
import dev.inferencekey.server.manager.attention.AttentionService;
import dev.inferencekey.server.manager.audit.RefusedCredential;
import dev.inferencekey.server.manager.budget.BudgetService;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.FormFields;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.usage.LastDay;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The list of projects, and the home of each. */
public final class ProjectPages {
    private static final int PAGE = 50;
    private static final int MOST_WORKLOADS = 200;
    private static final Duration SOON = Duration.ofDays(14);
    private static final Duration RECENT = Duration.ofDays(7);

    private final Pages pages;
    private final ControlPlane plane;

    public ProjectPages(Pages pages, ControlPlane plane) {
        this.pages = pages;
        this.plane = plane;
    }

    /** What the list shows. */
    public record ListView(
            Page<Project> projects,
            String name,
            String slug,
            @Nullable Problem problem) {}

    /**
     * A workload, how it stands, and what it served in the last day.
     *
     * @param day null if nothing
     * @param priced whether it has a price now
     */
    public record WorkloadRow(
            Workload workload, WorkloadStatus status, LastDay.@Nullable OfWorkload day, boolean priced) {
        public long costNanoUsd() {
            return day == null ? 0 : day.costNanoUsd();
        }

        /** The hours of the day as the points of a line in a box of 96 by 24. */
        public String sparkline() {
            if (day == null) {
                return "";
            }
            long most = day.hourly().stream().mapToLong(Long::longValue).max().orElse(0);
            StringBuilder points = new StringBuilder();
            for (int hour = 0; hour < LastDay.HOURS; hour++) {
                double x = 96.0 * hour / (LastDay.HOURS - 1);
                double y = 22 - (most == 0 ? 0 : 20.0 * day.hourly().get(hour) / most);
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
            }
            return points.toString().strip();
        }
    }

    /**
     * What a project's home shows.
     *
     * @param day what all workloads together served, also those that are not listed
     * @param priced whether any workload has a price
     * @param unpriced how many workloads were called in the last day that have none
     * @param failing the workloads that can't serve
     * @param nearlySpent budgets that have passed the first share at which people are warned
     * @param leaks credentials that were shown on the wrong plane in the last week
     */
    public record HomeView(
            LastDay day,
            boolean priced,
            long unpriced,
            List<WorkloadRow> workloads,
            boolean moreWorkloads,
            List<WorkloadRow> failing,
            AttentionService.Attention attention,
            List<BudgetService.Standing> nearlySpent,
            List<RefusedCredential> leaks) {
        public boolean isCalm() {
            return failing.isEmpty()
                    && leaks.isEmpty()
                    && nearlySpent.isEmpty()
                    && attention.expiringKeys().items().isEmpty()
                    && attention.expiringTokens().items().isEmpty()
                    && attention.idleKeys().items().isEmpty();
        }
    }

    public List<Route> routes() {
        return List.of(
                Route.platform("GET", "/projects", Action.PROJECT_LIST, this::list)
                        .withQuery(Set.of("cursor")),
                Route.platform("POST", "/projects", Action.PROJECT_CREATE, this::create),
                Route.project("GET", "/projects/{project}", Action.PROJECT_READ, this::home));
    }

    private Answer list(Exchange exchange) {
        return list(exchange, 200, FormFields.none(), null);
    }

    private Answer list(Exchange exchange, int status, FormFields form, @Nullable Problem problem) {
        String cursor = exchange.query().page().after();
        Page<Project> projects = plane.projects().list(exchange.requester(), new PageRequest(PAGE, cursor));
        ListView view = new ListView(projects, form.text("name"), form.text("slug"), problem);
        return pages.show(exchange, status, Section.PROJECTS, "Projects", "project/list.jte", view);
    }

    private Answer create(Exchange exchange) {
        FormFields form = exchange.form();
        return switch (Problem.attempt(
                () -> plane.projects().create(exchange.requester(), form.text("name"), form.given("slug")))) {
            case Problem.Outcome.Done<Project> done ->
                Pages.goTo(exchange, "/projects/" + done.result().slug());
            case Problem.Outcome.Wrong<Project> wrong ->
                list(exchange, wrong.problem().status(), form, wrong.problem());
        };
    }

    private Answer home(Exchange exchange) {
        Project project = exchange.project();
        LastDay day = plane.usage().lastDay(project.slug());
        Map<String, LastDay.OfWorkload> days = day.workloads().stream()
                .collect(Collectors.toMap(LastDay.OfWorkload::workloadSlug, Function.identity()));
        Set<String> priced = plane.prices().slugs(project);
        Page<Workload> page = plane.workloads().list(project, new PageRequest(MOST_WORKLOADS, null));
        List<WorkloadRow> workloads = page.items().stream()
                .map(workload -> new WorkloadRow(
                        workload,
                        plane.workloads().status(workload),
                        days.get(workload.slug()),
                        priced.contains(workload.slug())))
                .toList();
        boolean seesAudit =
                AccessPolicy.decide(exchange.who().caller(), Action.AUDIT_READ, new Resource.InProject(project.slug()))
                        instanceof Decision.Allow;
        HomeView view = new HomeView(
                day,
                !priced.isEmpty(),
                days.keySet().stream().filter(slug -> !priced.contains(slug)).count(),
                workloads,
                page.next() != null,
                workloads.stream()
                        .filter(row -> row.status().phase() == ReadinessPhase.ERROR)
                        .toList(),
                plane.attention().of(project, SOON),
                plane.budgets().nearlySpent(project, Budget.WARNED_AT.getFirst()),
                seesAudit
                        ? plane.audit()
                                .refusedCredentials(
                                        project.slug(), plane.clock().now().minus(RECENT))
                        : List.of());
        return pages.show(exchange, Section.HOME, project.name(), "project/home.jte", view);
    }
}
