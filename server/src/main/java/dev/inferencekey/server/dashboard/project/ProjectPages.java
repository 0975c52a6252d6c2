package dev.inferencekey.server.dashboard.project;

import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Problem;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.ControlPlane;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.FormFields;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The list of projects, and the home of each. */
public final class ProjectPages {
    private static final int PAGE = 50;

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

    /** A workload and how it stands. */
    public record WorkloadRow(Workload workload, WorkloadStatus status) {}

    /** What a project's home shows. */
    public record HomeView(List<WorkloadRow> workloads) {}

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
        List<WorkloadRow> workloads = plane.workloads().listAll(exchange.project()).stream()
                .map(workload -> new WorkloadRow(workload, plane.workloads().status(workload)))
                .toList();
        return pages.show(
                exchange, Section.HOME, exchange.project().name(), "project/home.jte", new HomeView(workloads));
    }
}
