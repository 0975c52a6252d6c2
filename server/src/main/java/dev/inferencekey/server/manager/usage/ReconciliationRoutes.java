package dev.inferencekey.server.manager.usage;

import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.metering.CountingEngine;
import dev.inferencekey.server.domain.metering.Difference;
import dev.inferencekey.server.domain.metering.Reconciliation;
import dev.inferencekey.server.domain.metering.ReplicaCount;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.workload.WorkloadService;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /api/projects/{project}/workloads/{workload_slug}/reconciliation}. */
public final class ReconciliationRoutes {
    private final WorkloadService workloads;
    private final ReconciliationService reconciliations;

    public ReconciliationRoutes(WorkloadService workloads, ReconciliationService reconciliations) {
        this.workloads = workloads;
        this.reconciliations = reconciliations;
    }

    public List<Route> routes() {
        return List.of(Route.project(
                "GET",
                "/api/projects/{project}/workloads/{workload_slug}/reconciliation",
                Action.USAGE_READ,
                this::show));
    }

    private Answer show(Exchange exchange) {
        Workload workload = workloads.get(exchange.project(), exchange.variable("workload_slug"));
        return Answer.ok(reconciliations
                .reconcile(workload)
                .map(found -> json(workload, found))
                .orElseGet(() -> nothing(workload)));
    }

    private static Map<String, @Nullable Object> json(Workload workload, Reconciliation found) {
        return Json.object(
                "workload_slug", workload.slug(),
                "complete", found.isComplete(),
                "since", found.since().toString(),
                "until", found.until().toString(),
                "requests", found.metered().requests(),
                "input_tokens", tokens(found.metered().inputTokens(), found.countedInput(), found.unexplainedInput()),
                "output_tokens",
                        tokens(found.metered().outputTokens(), found.countedOutput(), found.unexplainedOutput()),
                "differences",
                        found.differences().stream()
                                .map(ReconciliationRoutes::json)
                                .toList(),
                "replicas",
                        found.replicas().stream()
                                .map(ReconciliationRoutes::json)
                                .toList());
    }

    /** No replica was ever read, so there is nothing to compare with. */
    private static Map<String, @Nullable Object> nothing(Workload workload) {
        return Json.object(
                "workload_slug", workload.slug(),
                "complete", false,
                "since", null,
                "until", null,
                "requests", 0,
                "input_tokens", tokens(0, 0, 0),
                "output_tokens", tokens(0, 0, 0),
                "differences", List.of(),
                "replicas", List.of());
    }

    private static Map<String, @Nullable Object> tokens(long metered, long counted, long unexplained) {
        return Json.object("metered", metered, "counted", counted, "unexplained", unexplained);
    }

    private static Map<String, @Nullable Object> json(Difference difference) {
        return Json.object(
                "reason", difference.reason().wire(),
                "input_tokens", difference.inputTokens(),
                "output_tokens", difference.outputTokens(),
                "requests", difference.requests(),
                "message", difference.message());
    }

    private static Map<String, @Nullable Object> json(ReplicaCount replica) {
        CountingEngine engine = replica.engine();
        return Json.object(
                "id", replica.replicaId(),
                "node", replica.node(),
                "engine", engine == null ? null : engine.wire(),
                "started_at", replica.startedAt().toString(),
                "read_at", replica.readAt().toString(),
                "ended_at", text(replica.endedAt()),
                "input_tokens", replica.promptTokens(),
                "output_tokens", replica.outputTokens(),
                "problem", replica.problem());
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }
}
