package dev.inferencekey.server.manager.workload;

import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.domain.workload.WorkloadRules;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.CredentialJson;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.ports.runtime.LogTail;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import dev.inferencekey.server.ports.store.PageRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Workloads by project and slug, and by id. */
public final class WorkloadRoutes {
    private static final String WORKLOADS = "/api/projects/{project}/workloads";
    private static final String BY_SLUG = WORKLOADS + "/{workload_slug}";
    private static final String BY_ID = "/api/workloads/{workload_id}";
    private static final int DEFAULT_LOG_LINES = 200;
    private static final int MAX_LOG_LINES = 5000;

    private final WorkloadService workloads;
    private final ReadinessStream readiness;

    public WorkloadRoutes(WorkloadService workloads, ReadinessStream readiness) {
        this.workloads = workloads;
        this.readiness = readiness;
    }

    public List<Route> routes() {
        return List.of(
                Route.project("GET", WORKLOADS, Action.WORKLOAD_READ, this::list)
                        .withQuery(Route.PAGING),
                Route.project("POST", WORKLOADS, Action.WORKLOAD_WRITE, this::create),
                Route.workload("GET", BY_ID, Action.WORKLOAD_READ, exchange -> show(exchange, exchange.workload())),
                Route.workload(
                        "PATCH", BY_ID, Action.WORKLOAD_WRITE, exchange -> update(exchange, exchange.workload())),
                Route.workload(
                                "DELETE",
                                BY_ID,
                                Action.WORKLOAD_WRITE,
                                exchange -> delete(exchange, exchange.workload()))
                        .withQuery(Set.of("end_streams"))
                        .withReceiptOfAbsence(workloads::absent),
                Route.project("GET", BY_SLUG, Action.WORKLOAD_READ, exchange -> show(exchange, bySlug(exchange))),
                Route.project("PATCH", BY_SLUG, Action.WORKLOAD_WRITE, exchange -> update(exchange, bySlug(exchange))),
                Route.project("DELETE", BY_SLUG, Action.WORKLOAD_WRITE, exchange -> delete(exchange, bySlug(exchange)))
                        .withQuery(Set.of("end_streams"))
                        .withReceiptOfAbsence(workloads::absent),
                Route.project("GET", BY_SLUG + "/replicas", Action.WORKLOAD_READ, this::replicas),
                Route.project("GET", BY_SLUG + "/logs", Action.WORKLOAD_READ, this::logs)
                        .withQuery(Set.of("lines")),
                Route.project(
                        "GET",
                        BY_SLUG + "/readiness-events",
                        Action.WORKLOAD_READ,
                        exchange -> readiness.of(bySlug(exchange))));
    }

    /** Without a limit everything at once: clients of other languages know no pages. */
    private Answer list(Exchange exchange) {
        if (!exchange.query().has("limit") && !exchange.query().has("cursor")) {
            return Answer.ok(workloads.listAll(exchange.project()).stream()
                    .map(workload -> json(exchange, workload))
                    .toList());
        }
        PageRequest page = exchange.query().page();
        return exchange.list(page, workloads.list(exchange.project(), page), workload -> json(exchange, workload));
    }

    private Answer create(Exchange exchange) {
        WorkloadService.Declared declared =
                workloads.create(exchange.requester(), exchange.project(), WorkloadRules.declaration(exchange.json()));
        Map<String, @Nullable Object> json = json(exchange, declared.workload());
        return declared.created()
                ? Answer.created("/api/workloads/" + declared.workload().id(), json)
                : Answer.ok(json);
    }

    private Answer show(Exchange exchange, Workload workload) {
        return Answer.ok(json(exchange, workload));
    }

    private Answer update(Exchange exchange, Workload workload) {
        return show(exchange, workloads.update(exchange.requester(), workload, WorkloadRules.patch(exchange.json())));
    }

    private Answer delete(Exchange exchange, Workload workload) {
        return CredentialJson.deleted(workloads.delete(
                exchange.requester(), workload, exchange.query().flag("end_streams")));
    }

    private Answer replicas(Exchange exchange) {
        return Answer.ok(workloads.replicas(bySlug(exchange)).stream()
                .map(replica -> Json.object(
                        "id", replica.id(),
                        "worker_id", replica.worker(),
                        "state", replica.state().wire(),
                        "message", replica.message(),
                        "outdated", replica.outdated(),
                        "started_at", replica.startedAt().toString(),
                        "ready_since",
                                replica.readySince() == null
                                        ? null
                                        : replica.readySince().toString(),
                        "requests", replica.requests()))
                .toList());
    }

    private Answer logs(Exchange exchange) {
        int lines = exchange.query().integer("lines", 1, MAX_LOG_LINES, DEFAULT_LOG_LINES);
        LogTail tail = workloads.logTail(bySlug(exchange), lines);
        return Answer.ok(Json.object(
                "lines",
                tail.lines(),
                "missing",
                tail.missing().stream()
                        .map(missing -> Json.object("node", missing.node(), "message", missing.message()))
                        .toList()));
    }

    private Workload bySlug(Exchange exchange) {
        return workloads.get(exchange.project(), exchange.variable("workload_slug"));
    }

    private Map<String, @Nullable Object> json(Exchange exchange, Workload workload) {
        Map<String, @Nullable Object> json = Json.object(
                "id", workload.id(),
                "project_id", workload.projectId(),
                "project_slug", workload.projectSlug(),
                "workload_slug", workload.slug(),
                "slug", workload.slug());
        json.putAll(WorkloadRules.wire(workload));
        json.put("created_at", workload.createdAt().toString());
        json.put("updated_at", workload.updatedAt().toString());
        WorkloadStatus status = workloads.status(workload);
        json.put(
                "status",
                Json.object(
                        "phase", status.phase().wire(),
                        "message", status.message(),
                        "ready_replicas", status.readyReplicas(),
                        "desired_replicas", status.desiredReplicas()));
        json.put("endpoint_url", exchange.endpointUrl(workload.projectSlug(), workload.slug()) + "/v1");
        return json;
    }
}
