package dev.inferencekey.server.manager.health;

import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.ports.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** {@code /health} and {@code /openapi.json}: for anyone. */
public final class HealthRoutes {
    private static final String DOCUMENT = "/openapi.json";

    private final Store store;
    private final byte[] document;

    public HealthRoutes(Store store) {
        this.store = store;
        this.document = document();
    }

    public List<Route> routes() {
        return List.of(
                Route.platform(
                        "GET", "/health/live", Action.PUBLIC, exchange -> Answer.ok(Json.object("status", "live"))),
                Route.platform("GET", "/health/ready", Action.PUBLIC, exchange -> ready()),
                Route.platform(
                        "GET",
                        DOCUMENT,
                        Action.PUBLIC,
                        exchange -> new Answer.Whole(200, Map.of("Content-Type", "application/json"), document)));
    }

    /** Ready as long as the store can be read; otherwise the error of the store is the answer. */
    private Answer ready() {
        store.<Boolean>read(session -> session.projects().firstTenant().isPresent());
        return Answer.ok(Json.object("status", "ready"));
    }

    private static byte[] document() {
        try (InputStream in = HealthRoutes.class.getResourceAsStream(DOCUMENT)) {
            if (in == null) {
                throw new IllegalStateException(DOCUMENT + " is not on the class path");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
