package dev.inferencekey.server.manager.node;

import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.NodeState;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.CredentialJson;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /api/nodes}. */
public final class NodeRoutes {
    private static final String NODES = "/api/nodes";
    private static final String ONE = NODES + "/{node}";

    private final NodeService nodes;

    public NodeRoutes(NodeService nodes) {
        this.nodes = nodes;
    }

    public List<Route> routes() {
        return List.of(
                Route.platform("GET", NODES, Action.NODE_READ, _ -> list()),
                Route.platform("POST", ONE + "/drain", Action.NODE_WRITE, exchange -> drain(exchange, true)),
                Route.platform("POST", ONE + "/resume", Action.NODE_WRITE, exchange -> drain(exchange, false)),
                Route.platform("DELETE", ONE, Action.NODE_WRITE, this::remove));
    }

    private Answer list() {
        NodeService.Overview overview = nodes.overview();
        return Answer.ok(
                overview.nodes().stream().map(node -> json(overview, node)).toList());
    }

    private Answer drain(Exchange exchange, boolean draining) {
        CredentialJson.requireNoFields(exchange.fieldsIfAny());
        Node node = nodes.setDraining(exchange.requester(), exchange.variable("node"), draining);
        return Answer.ok(json(nodes.overview(), node));
    }

    private Answer remove(Exchange exchange) {
        nodes.remove(exchange.requester(), exchange.variable("node"));
        return Answer.noContent();
    }

    private static Map<String, @Nullable Object> json(NodeService.Overview overview, Node node) {
        Node.Declared declared = node.declared();
        return Json.object(
                "id", node.id(),
                "name", node.name(),
                "version", declared.version(),
                "role", declared.role().text(),
                "engines", declared.runsEngines(),
                "advertised", declared.advertised(),
                "state", NodeState.of(node).wire(),
                "answers", node.id().equals(overview.self()),
                "started_at", node.startedAt().toString(),
                "heartbeat_at", node.heartbeatAt().toString(),
                "lease_seconds", declared.lease().toSeconds(),
                "epoch", node.epoch(),
                "lag", overview.lag(node),
                "acknowledged_at", CredentialJson.time(node.acknowledgedAt()),
                "when_cut_off", declared.whenCutOff().text(),
                "when_cut_off_seconds", declared.servesOnFor().toSeconds(),
                "lost_at", CredentialJson.time(node.lostAt()),
                "may_serve_until", mayServeUntil(overview, node));
    }

    private static @Nullable String mayServeUntil(NodeService.Overview overview, Node node) {
        return node.mayServeAt(overview.at()) ? CredentialJson.time(node.servesAtMostUntil()) : null;
    }
}
