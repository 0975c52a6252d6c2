package dev.inferencekey.server.manager.workload;

import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.CredentialJson;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.LimitsJson;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.node.NodeService;
import dev.inferencekey.server.ports.access.AccessPublication.Receipt;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /api/projects/{project}/workloads/{workload_slug}/limits}. */
public final class WorkloadLimitRoutes {
    private static final String LIMITS = "/api/projects/{project}/workloads/{workload_slug}/limits";

    private final WorkloadService workloads;
    private final WorkloadLimitService limits;
    private final NodeService nodes;

    public WorkloadLimitRoutes(WorkloadService workloads, WorkloadLimitService limits, NodeService nodes) {
        this.workloads = workloads;
        this.limits = limits;
        this.nodes = nodes;
    }

    public List<Route> routes() {
        return List.of(
                Route.project("GET", LIMITS, Action.LIMIT_READ, this::show),
                Route.project("PUT", LIMITS, Action.LIMIT_WRITE, this::put));
    }

    private Answer show(Exchange exchange) {
        return Answer.ok(LimitsJson.of(limits.get(workload(exchange)), nodes.serving()));
    }

    private Answer put(Exchange exchange) {
        Workload workload = workload(exchange);
        Limits wanted = LimitsJson.read(exchange.fields());
        Receipt receipt = limits.put(exchange.requester(), workload, wanted);
        Map<String, @Nullable Object> json = LimitsJson.of(wanted, nodes.serving());
        json.put("propagation", CredentialJson.propagation(receipt));
        return Answer.ok(json);
    }

    private Workload workload(Exchange exchange) {
        return workloads.get(exchange.project(), exchange.variable("workload_slug"));
    }
}
