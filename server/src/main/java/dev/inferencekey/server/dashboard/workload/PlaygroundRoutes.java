package dev.inferencekey.server.dashboard.workload;

import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.ControlPlane;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.key.ApiKeyService;
import dev.inferencekey.server.manager.service.Names;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Makes the key with which a browser tries a workload out: the page's script calls the endpoint with it as any application would, since nothing
 * on this plane reaches a model server. The key opens this one workload, slowly and for minutes. Thread-safe.
 */
public final class PlaygroundRoutes {
    static final Duration LIFETIME = Duration.ofMinutes(15);
    static final Limits LIMITS = new Limits(30, 50_000, 2);

    private final ControlPlane plane;

    public PlaygroundRoutes(ControlPlane plane) {
        this.plane = plane;
    }

    public List<Route> routes() {
        return List.of(Route.project("POST", WorkloadPages.ONE + "/playground-key", Action.KEY_WRITE, this::mint));
    }

    private Answer mint(Exchange exchange) {
        Workload workload = WorkloadPages.workload(plane.workloads(), exchange);
        Instant expiresAt = plane.clock().now().plus(LIFETIME);
        ApiKeyService.Minted minted = plane.keys()
                .mint(
                        exchange.requester(),
                        exchange.project(),
                        name(exchange),
                        Grants.ofWorkloads(Set.of(workload.slug())),
                        expiresAt,
                        LIMITS);
        return Answer.json(
                        201,
                        Json.object("credential", minted.credential().reveal(), "expires_at", expiresAt.toString()))
                .withHeader("Cache-Control", "no-store");
    }

    private static String name(Exchange exchange) {
        String name = "playground of " + exchange.who().caller().display();
        return name.length() <= Names.MAX_LENGTH ? name : name.substring(0, Names.MAX_LENGTH);
    }
}
