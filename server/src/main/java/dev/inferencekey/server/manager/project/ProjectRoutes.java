package dev.inferencekey.server.manager.project;

import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.CredentialJson;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.Names;
import dev.inferencekey.server.ports.store.PageRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /api/projects}. */
public final class ProjectRoutes {
    private final ProjectService projects;

    public ProjectRoutes(ProjectService projects) {
        this.projects = projects;
    }

    public List<Route> routes() {
        return List.of(
                Route.platform("GET", "/api/projects", Action.PROJECT_LIST, this::list)
                        .withQuery(Route.PAGING),
                Route.platform("POST", "/api/projects", Action.PROJECT_CREATE, this::create),
                Route.project(
                        "GET",
                        "/api/projects/{project}",
                        Action.PROJECT_READ,
                        exchange -> Answer.ok(json(exchange.project()))),
                Route.project("PATCH", "/api/projects/{project}", Action.PROJECT_WRITE, this::rename),
                Route.project("DELETE", "/api/projects/{project}", Action.PROJECT_DELETE, this::delete)
                        .withQuery(Set.of("end_streams"))
                        .withReceiptOfAbsence(projects::absent));
    }

    private Answer list(Exchange exchange) {
        PageRequest page = exchange.query().page();
        return exchange.list(page, projects.list(exchange.requester(), page), ProjectRoutes::json);
    }

    private Answer create(Exchange exchange) {
        JsonFields fields = exchange.fields();
        fields.refuseUnknown(List.of("name", "slug"));
        Project project = projects.create(
                exchange.requester(),
                fields.requiredText("name", Names.MAX_LENGTH),
                fields.nonBlankText("slug", Names.MAX_LENGTH));
        return Answer.created("/api/projects/" + project.slug(), json(project));
    }

    private Answer rename(Exchange exchange) {
        JsonFields fields = exchange.fields();
        fields.refuseUnknown(List.of("name"));
        return Answer.ok(json(projects.rename(
                exchange.requester(), exchange.project(), fields.requiredText("name", Names.MAX_LENGTH))));
    }

    private Answer delete(Exchange exchange) {
        return CredentialJson.deleted(projects.delete(
                exchange.requester(), exchange.project(), exchange.query().flag("end_streams")));
    }

    private static Map<String, @Nullable Object> json(Project project) {
        return Json.object(
                "id", project.id(),
                "slug", project.slug(),
                "name", project.name(),
                "tenant_id", project.tenantId(),
                "created_at", project.createdAt().toString());
    }
}
