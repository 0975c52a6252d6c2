package dev.inferencekey.server.dashboard.workload;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.contract.workload.Drift;
import dev.inferencekey.contract.workload.Slug;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.contract.workload.WorkloadField;
import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Problem;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.domain.access.AccessPolicy;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.access.Decision;
import dev.inferencekey.server.domain.access.Resource;
import dev.inferencekey.server.domain.workload.Backend;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.domain.workload.WorkloadDeclaration;
import dev.inferencekey.server.domain.workload.WorkloadRules;
import dev.inferencekey.server.manager.ControlPlane;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.FormFields;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.workload.WorkloadService;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The forms that declare and change workloads. A form is answered with a plan, and the plan's button saves: both send the same fields, so that
 * what is saved is what was looked at. Thread-safe.
 */
public final class WorkloadFormPages {
    private static final int CONFLICT = 409;

    private final Pages pages;
    private final ControlPlane plane;
    private final WorkloadService workloads;
    private final CallableKeys callable;
    private final RecentRequests recent;

    public WorkloadFormPages(Pages pages, ControlPlane plane) {
        this.pages = pages;
        this.plane = plane;
        this.workloads = plane.workloads();
        this.callable = new CallableKeys(plane.keys());
        this.recent = new RecentRequests(plane.usage(), plane.clock());
    }

    /**
     * What the form shows.
     *
     * @param workload null for a new one
     * @param mayPin whether to ask where it shall run
     * @param secrets names of the project's upstream secrets, to choose from
     * @param shadowed the path of a workload that is called like this page, null if none is
     */
    public record FormView(
            @Nullable Workload workload,
            WorkloadForm form,
            boolean mayPin,
            List<String> secrets,
            SlugView slug,
            @Nullable String shadowed,
            @Nullable Problem problem) {
        public List<TaskType> tasks() {
            return List.of(TaskType.values());
        }

        public List<Backend> backends() {
            return List.of(Backend.values());
        }

        /** What a backend is, in words. */
        public static String meaning(Backend backend) {
            return switch (backend) {
                case OLLAMA -> "an Ollama server of its own, which fetches the model by its name";
                case VLLM -> "your vllm serve command";
                case VLLM_OMNI -> "your vllm command, for models that see and hear too";
                case SGLANG -> "an SGLang server, by your command or ours";
                case LLAMACPP -> "your llama-server command; where there is none, the embedded llama.cpp takes it";
                case STABLEDIFFUSIONCPP -> "your sd-server command; makes images";
                case SIMULATOR -> "answers without a model, at the speed that you set; for trying things out";
                case EXTERNAL -> "starts nothing: forwards to an OpenAI-compatible server that exists already";
            };
        }
    }

    /** Where a workload with this slug is called; an empty slug if none can be made of what was typed. */
    public record SlugView(String slug, String url) {}

    /**
     * What saving would do.
     *
     * @param workload as it is now, null for a new one
     * @param form everything that was typed, to be carried on
     * @param restarts whether what runs is replaced
     * @param rescales whether when or how often it runs changes
     * @param callers who called it lately; nobody for a new one
     * @param overtaken whether somebody else changed it since the form was shown
     */
    public record PlanView(
            @Nullable Workload workload,
            WorkloadForm form,
            SlugView slug,
            List<FieldChange> changes,
            boolean restarts,
            boolean rescales,
            CallableKeys.Found callable,
            List<RecentRequests.KeyUse> callers,
            boolean overtaken) {}

    public List<Route> routes() {
        return List.of(
                Route.project(
                        "GET",
                        WorkloadPages.WORKLOADS + "/new",
                        Action.WORKLOAD_WRITE,
                        exchange -> form(exchange, null, WorkloadForm.EMPTY, null)),
                Route.project("GET", WorkloadPages.WORKLOADS + "/new/slug", Action.WORKLOAD_WRITE, this::previewSlug)
                        .withQuery(Set.of("name", "slug")),
                Route.project("POST", WorkloadPages.WORKLOADS, Action.WORKLOAD_WRITE, this::create),
                Route.project("GET", WorkloadPages.ONE + "/edit", Action.WORKLOAD_WRITE, this::edit),
                Route.project("POST", WorkloadPages.ONE, Action.WORKLOAD_WRITE, this::update));
    }

    private Answer edit(Exchange exchange) {
        Workload live = WorkloadPages.workload(workloads, exchange);
        return form(exchange, live, WorkloadForm.of(live), null);
    }

    private Answer form(Exchange exchange, @Nullable Workload live, WorkloadForm form, @Nullable Problem problem) {
        List<String> secrets = may(exchange, Action.UPSTREAM_SECRET_READ)
                ? plane.secrets().list(exchange.project()).stream()
                        .map(UpstreamSecretStore.Entry::name)
                        .toList()
                : List.of();
        FormView view = new FormView(
                live,
                form,
                mayPin(exchange),
                secrets,
                slugView(exchange, form.name(), form.slug()),
                live == null && workloads.find(exchange.project(), "new").isPresent()
                        ? WorkloadPages.path(exchange, "new")
                        : null,
                problem);
        return pages.show(
                exchange,
                problem == null ? 200 : problem.status(),
                Section.WORKLOADS,
                live == null ? "New workload" : "Edit " + live.name(),
                "workload/form.jte",
                view);
    }

    private Answer previewSlug(Exchange exchange) {
        String name = exchange.query().text("name");
        String slug = exchange.query().text("slug");
        SlugView view = slugView(exchange, name == null ? "" : name, slug == null ? "" : slug);
        return pages.show(exchange, Section.WORKLOADS, "New workload", "workload/slug.jte", view);
    }

    private Answer create(Exchange exchange) {
        FormFields fields = exchange.form();
        WorkloadForm form = WorkloadForm.of(fields);
        return switch (step(fields)) {
            case EDIT -> form(exchange, null, form, null);
            case PLAN ->
                switch (Problem.attempt(() -> planNew(exchange, form))) {
                    case Problem.Outcome.Done<PlanView> done -> plan(exchange, 200, done.result());
                    case Problem.Outcome.Wrong<PlanView> wrong -> form(exchange, null, form, wrong.problem());
                };
            case SAVE ->
                switch (Problem.attempt(() -> declare(exchange, form))) {
                    case Problem.Outcome.Done<Workload> done ->
                        Pages.goTo(
                                exchange,
                                WorkloadPages.path(exchange, done.result().slug()));
                    case Problem.Outcome.Wrong<Workload> wrong -> form(exchange, null, form, wrong.problem());
                };
        };
    }

    private PlanView planNew(Exchange exchange, WorkloadForm form) {
        Map<String, @Nullable Object> body = form.declaration(mayPin(exchange));
        WorkloadDeclaration declaration = WorkloadRules.declaration(body);
        workloads.requireAllowed(declaration);
        String slug = workloads.slugFor(exchange.project(), declaration);
        if (workloads.find(exchange.project(), slug).isPresent()) {
            throw RefusedException.invalid(
                    "slug", "workload \"" + slug + "\" exists already; choose another slug, or edit that one");
        }
        body.put("slug", slug);
        return new PlanView(
                null,
                form.withSlug(slug),
                slugView(exchange, "", slug),
                FieldChange.ofNew(body),
                false,
                false,
                callable.of(exchange.project(), slug),
                List.of(),
                false);
    }

    private Workload declare(Exchange exchange, WorkloadForm form) {
        try {
            return workloads
                    .create(
                            exchange.requester(),
                            exchange.project(),
                            WorkloadRules.declaration(form.declaration(mayPin(exchange))))
                    .workload();
        } catch (RefusedException e) {
            if (e.code() == ErrorCode.SLUG_TAKEN) {
                throw RefusedException.invalid("slug", e.text());
            }
            throw e;
        }
    }

    private Answer update(Exchange exchange) {
        Workload live = WorkloadPages.workload(workloads, exchange);
        FormFields fields = exchange.form();
        WorkloadForm form = WorkloadForm.of(fields);
        boolean overtaken = !form.seen().equals(WorkloadForm.stamp(live));
        return switch (step(fields)) {
            case EDIT -> form(exchange, live, form, null);
            case PLAN -> planAnew(exchange, live, form, 200, overtaken);
            case SAVE ->
                overtaken
                        ? planAnew(exchange, live, form, CONFLICT, true)
                        : switch (Problem.attempt(() -> save(exchange, live, form))) {
                            case Problem.Outcome.Done<Optional<Workload>> done ->
                                done.result().isPresent()
                                        ? Pages.goTo(exchange, WorkloadPages.path(exchange, live.slug()))
                                        : planAnew(
                                                exchange,
                                                WorkloadPages.workload(workloads, exchange),
                                                form,
                                                CONFLICT,
                                                true);
                            case Problem.Outcome.Wrong<Optional<Workload>> wrong ->
                                form(exchange, live, form, wrong.problem());
                        };
        };
    }

    private Optional<Workload> save(Exchange exchange, Workload live, WorkloadForm form) {
        Map<String, @Nullable Object> declaration = form.declaration(mayPin(exchange), live);
        Drift drift = Drift.between(declaration, WorkloadRules.wire(live));
        return workloads.updateAsSeen(exchange.requester(), live, WorkloadRules.patch(drift.patch(declaration)));
    }

    private Answer planAnew(Exchange exchange, Workload live, WorkloadForm form, int status, boolean overtaken) {
        return switch (Problem.attempt(() -> planChange(exchange, live, form, overtaken))) {
            case Problem.Outcome.Done<PlanView> done -> plan(exchange, status, done.result());
            case Problem.Outcome.Wrong<PlanView> wrong -> form(exchange, live, form, wrong.problem());
        };
    }

    private PlanView planChange(Exchange exchange, Workload live, WorkloadForm form, boolean overtaken) {
        Map<String, @Nullable Object> declaration = form.declaration(mayPin(exchange), live);
        Drift drift = Drift.between(declaration, WorkloadRules.wire(live));
        Workload next = workloads.preview(live, WorkloadRules.patch(drift.patch(declaration)));
        boolean rescales = drift.differences().stream()
                .anyMatch(difference -> difference.field() == WorkloadField.EXECUTION_POLICY
                        || difference.field() == WorkloadField.EXECUTION_POLICY_CONFIG);
        return new PlanView(
                live,
                form.seeing(live),
                slugView(exchange, "", live.slug()),
                FieldChange.of(drift),
                next.revision() != live.revision(),
                rescales,
                callable.of(exchange.project(), live.slug()),
                recent.of(live).callers(),
                overtaken);
    }

    private Answer plan(Exchange exchange, int status, PlanView view) {
        Workload live = view.workload();
        return pages.show(
                exchange,
                status,
                Section.WORKLOADS,
                live == null ? "Plan: new workload" : "Plan: change " + live.name(),
                "workload/plan.jte",
                view);
    }

    private static SlugView slugView(Exchange exchange, String name, String slug) {
        String canonical = Slug.canonical(slug.isBlank() ? name : slug);
        return new SlugView(canonical, exchange.endpointUrl(exchange.project().slug(), canonical) + "/v1");
    }

    private static boolean mayPin(Exchange exchange) {
        return may(exchange, Action.ASSIGNMENT_WRITE);
    }

    private static boolean may(Exchange exchange, Action action) {
        return AccessPolicy.decide(
                        exchange.who().caller(),
                        action,
                        new Resource.InProject(exchange.project().slug()))
                instanceof Decision.Allow;
    }

    private enum Step {
        PLAN,
        EDIT,
        SAVE
    }

    /** What the button says; without one a form is planned, which changes nothing. */
    private static Step step(FormFields fields) {
        return switch (fields.text("step")) {
            case "save" -> Step.SAVE;
            case "edit" -> Step.EDIT;
            default -> Step.PLAN;
        };
    }
}
