package dev.inferencekey.server.dashboard.node;

import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Problem;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.NodeState;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.node.NodeService;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The nodes that share the store, for owners of the installation. */
public final class NodePages {
    private static final String PATH = "/installation/nodes";

    private final Pages pages;
    private final NodeService nodes;

    public NodePages(Pages pages, NodeService nodes) {
        this.pages = pages;
        this.nodes = nodes;
    }

    /** What the template shows. */
    public record View(
            NodeService.Overview overview, @Nullable Problem problem) {
        /** How the node is, in the API's word. */
        public String state(Node node) {
            return NodeState.of(node).wire();
        }
    }

    public List<Route> routes() {
        return List.of(
                Route.platform("GET", PATH, Action.NODE_READ, exchange -> show(exchange, null)),
                Route.platform(
                        "POST",
                        PATH + "/{node}/drain",
                        Action.NODE_WRITE,
                        exchange -> change(
                                exchange,
                                () -> nodes.setDraining(exchange.requester(), exchange.variable("node"), true))),
                Route.platform(
                        "POST",
                        PATH + "/{node}/resume",
                        Action.NODE_WRITE,
                        exchange -> change(
                                exchange,
                                () -> nodes.setDraining(exchange.requester(), exchange.variable("node"), false))),
                Route.platform(
                        "POST",
                        PATH + "/{node}/remove",
                        Action.NODE_WRITE,
                        exchange -> change(exchange, () -> {
                            nodes.remove(exchange.requester(), exchange.variable("node"));
                            return true;
                        })));
    }

    private <T> Answer change(Exchange exchange, Supplier<T> change) {
        return switch (Problem.attempt(change)) {
            case Problem.Outcome.Done<T> _ -> Pages.goTo(exchange, PATH);
            case Problem.Outcome.Wrong<T> wrong -> show(exchange, wrong.problem());
        };
    }

    private Answer show(Exchange exchange, @Nullable Problem problem) {
        return pages.show(
                exchange,
                problem == null ? 200 : problem.status(),
                Section.NODES,
                "Nodes",
                "node/list.jte",
                new View(nodes.overview(), problem));
    }
}
