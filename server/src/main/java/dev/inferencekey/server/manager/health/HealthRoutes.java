package dev.inferencekey.server.manager.health;

import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.ports.health.Health;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** {@code /health} and {@code /openapi.json}: for anyone. */
public final class HealthRoutes {
    private static final String DOCUMENT = "/openapi.json";

    private final Health health;
    private final byte[] document;

    public HealthRoutes(Health health) {
        this.health = health;
        this.document = document();
    }

    public List<Route> routes() {
        return List.of(
                Route.platform("GET", "/health/live", Action.PUBLIC, _ -> answer(health.live(), "live")),
                Route.platform("GET", "/health/ready", Action.PUBLIC, _ -> answer(health.ready(), "ready")),
                Route.platform(
                        "GET",
                        DOCUMENT,
                        Action.PUBLIC,
                        exchange -> new Answer.Whole(200, Map.of("Content-Type", "application/json"), document)));
    }

    private static Answer answer(Health.Report report, String what) {
        return Answer.json(report.well() ? 200 : 503, report.body(what));
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
