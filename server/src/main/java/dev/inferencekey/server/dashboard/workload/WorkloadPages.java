package dev.inferencekey.server.dashboard.workload;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.dashboard.key.LimitsChoice;
import dev.inferencekey.server.dashboard.page.Links;
import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Problem;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.budget.BudgetSubject;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.node.ServingNodes;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.ControlPlane;
import dev.inferencekey.server.manager.budget.BudgetService;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.FormFields;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.workload.WorkloadService;
import dev.inferencekey.server.ports.access.AccessPublication.Receipt;
import dev.inferencekey.server.ports.runtime.LogTail;
import dev.inferencekey.server.ports.runtime.RunningReplica;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The Workloads screen: the list, and what there is to know about each. Asks no model server: what is shown is what is known. */
public final class WorkloadPages {
    static final String WORKLOADS = "/projects/{project}/workloads";
    static final String ONE = WORKLOADS + "/{workload_slug}";

    private static final String DETAIL = "/detail";
    private static final int PAGE = 50;
    private static final int LOG_LINES = 200;
    private static final int LONGEST_LOG_LINE = 1_000;

    private final Pages pages;
    private final WorkloadService workloads;
    private final ControlPlane plane;
    private final RecentRequests recent;

    public WorkloadPages(Pages pages, ControlPlane plane) {
        this.pages = pages;
        this.plane = plane;
        this.workloads = plane.workloads();
        this.recent = new RecentRequests(plane.usage(), plane.clock());
    }

    /** What the list shows. */
    public record ListView(Page<Row> workloads, @Nullable String cursor) {
        /** The parts of an address that ask for the same again. */
        public Links links() {
            return Links.none().with("cursor", cursor);
        }
    }

    /** A workload and how it stands. */
    public record Row(Workload workload, WorkloadStatus status) {}

    /** How a workload stands, to be shown anew every few seconds. */
    public record StateView(Workload workload, WorkloadStatus status, List<RunningReplica> replicas) {}

    /** The end of what the model servers printed, credentials redacted, and which nodes have more. */
    public record LogView(String text, List<LogTail.Missing> missing) {}

    /**
     * What the page of one workload shows.
     *
     * @param chat whether it could be talked to on the page
     * @param near whether the data plane is at this page's own address, the only one that the page may call
     * @param routes what it serves, as people read it
     */
    public record DetailView(
            Workload workload,
            StateView state,
            LogView log,
            Limits limits,
            LimitsChoice limitsForm,
            ServingNodes serving,
            List<BudgetService.Standing> budgets,
            RecentRequests.Found recent,
            String endpointUrl,
            List<Snippets.Snippet> snippets,
            boolean chat,
            boolean near,
            List<String> routes,
            @Nullable Problem problem) {
        /** An object of the declaration, as JSON on several lines. */
        public static String json(Map<String, @Nullable Object> object) {
            return Redaction.scrub(Json.pretty(object));
        }
    }

    public List<Route> routes() {
        return List.of(
                Route.project("GET", WORKLOADS, Action.WORKLOAD_READ, this::list)
                        .withQuery(Set.of("cursor")),
                Route.project("GET", ONE, Action.WORKLOAD_READ, this::show),
                // Where a workload is found whose slug is the name of another page.
                Route.project("GET", ONE + DETAIL, Action.WORKLOAD_READ, this::show),
                Route.project("GET", ONE + "/state", Action.WORKLOAD_READ, this::state),
                Route.project("GET", ONE + "/log", Action.WORKLOAD_READ, this::log),
                Route.project("POST", ONE + "/limits", Action.LIMIT_WRITE, this::limit));
    }

    /** Where the page of a workload is, below the page of its project. */
    public static String path(String slug) {
        return "/workloads/" + slug + (slug.equals("new") ? DETAIL : "");
    }

    /** Where the page of a workload is. */
    static String path(Exchange exchange, String slug) {
        return "/projects/" + exchange.project().slug() + path(slug);
    }

    /** @throws dev.inferencekey.server.manager.service.RefusedException 404 if the path names none */
    static Workload workload(WorkloadService workloads, Exchange exchange) {
        return workloads.get(exchange.project(), exchange.variable("workload_slug"));
    }

    private Answer list(Exchange exchange) {
        String cursor = exchange.query().page().after();
        Page<Row> rows = workloads
                .list(exchange.project(), new PageRequest(PAGE, cursor))
                .map(workload -> new Row(workload, workloads.status(workload)));
        return pages.show(exchange, Section.WORKLOADS, "Workloads", "workload/list.jte", new ListView(rows, cursor));
    }

    private Answer show(Exchange exchange) {
        Workload workload = workload(workloads, exchange);
        Limits limits = plane.workloadLimits().get(workload);
        return show(exchange, workload, limits, LimitsChoice.of(limits), null);
    }

    private Answer show(
            Exchange exchange, Workload workload, Limits limits, LimitsChoice form, @Nullable Problem problem) {
        Snippets snippets = new Snippets(
                exchange.endpointsUrl().toString(), exchange.project().slug(), workload.slug());
        TaskType task = workload.taskType();
        DetailView view = new DetailView(
                workload,
                stateOf(workload),
                logOf(workload),
                limits,
                form,
                plane.nodes().serving(),
                plane.budgets()
                        .get(exchange.project(), BudgetSubject.ofWorkload(workload.id()))
                        .standings(),
                recent.of(workload),
                snippets.openAiUrl(),
                snippets.of(task),
                InferenceRoute.CHAT_COMPLETIONS.servedBy(task),
                exchange.endpoints().apart() == null,
                InferenceRoute.namesServedBy(task, workload.backend()),
                problem);
        return pages.show(
                exchange,
                problem == null ? 200 : problem.status(),
                Section.WORKLOADS,
                workload.name(),
                "workload/detail.jte",
                view);
    }

    private Answer state(Exchange exchange) {
        Workload workload = workload(workloads, exchange);
        return pages.show(exchange, Section.WORKLOADS, workload.name(), "workload/state.jte", stateOf(workload));
    }

    private Answer log(Exchange exchange) {
        Workload workload = workload(workloads, exchange);
        return pages.show(exchange, Section.WORKLOADS, workload.name(), "workload/log.jte", logOf(workload));
    }

    private Answer limit(Exchange exchange) {
        Workload workload = workload(workloads, exchange);
        FormFields form = exchange.form();
        LimitsChoice choice = LimitsChoice.of(form);
        return switch (Problem.attempt(
                () -> plane.workloadLimits().put(exchange.requester(), workload, choice.limits()))) {
            case Problem.Outcome.Done<Receipt> _ -> Pages.goTo(exchange, path(exchange, workload.slug()));
            case Problem.Outcome.Wrong<Receipt> wrong ->
                show(exchange, workload, plane.workloadLimits().get(workload), choice, wrong.problem());
        };
    }

    private StateView stateOf(Workload workload) {
        WorkloadStatus status = workloads.status(workload);
        return new StateView(
                workload,
                new WorkloadStatus(
                        status.phase(),
                        Redaction.scrub(status.message()),
                        status.step(),
                        status.readyReplicas(),
                        status.desiredReplicas(),
                        status.since()),
                workloads.replicas(workload));
    }

    private LogView logOf(Workload workload) {
        LogTail tail = workloads.logTail(workload, LOG_LINES);
        String text = tail.lines().stream()
                .map(line -> line.length() <= LONGEST_LOG_LINE ? line : line.substring(0, LONGEST_LOG_LINE) + "…")
                .collect(Collectors.joining("\n"));
        boolean nothing = text.isEmpty() && tail.missing().isEmpty();
        return new LogView(nothing ? "(nothing was printed yet)" : text, tail.missing());
    }
}
