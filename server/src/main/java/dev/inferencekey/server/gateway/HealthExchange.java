package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.inferencekey.server.ports.health.Health;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tells how a node without a manager is, at the address that load balancers ask. Looking may take a second. */
final class HealthExchange extends AnswerAfterLook<Health.Report> {
    private final Health health;
    private final boolean live;

    private HealthExchange(ClientConnection connection, RequestTraits request, Health health, boolean live) {
        super(connection, request, "health");
        this.health = health;
        this.live = live;
    }

    /** Null if there is a manager, or something else is asked. */
    static @Nullable Exchange of(ClientConnection connection, RequestHead head, RequestTraits request) {
        Health health = connection.loop().parts().manager().alone();
        boolean live = head.target().equals("/health/live");
        if (health == null
                || (!live && !head.target().equals("/health/ready"))
                || !(head.methodIs("GET") || head.methodIs("HEAD"))) {
            return null;
        }
        return new HealthExchange(connection, request, health, live);
    }

    @Override
    Health.Report look() {
        return live ? health.live() : health.ready();
    }

    @Override
    void answer(ClientResponse response, Health.Report report) {
        response.whole(
                report.well() ? 200 : 503, "application/json", body(report).getBytes(UTF_8), null);
    }

    private String body(Health.Report report) {
        String what = live ? "live" : "ready";
        return "{\"status\":\"" + (report.well() ? what : "not_" + what) + "\",\"checks\":["
                + report.checks().stream().map(HealthExchange::check).collect(Collectors.joining(",")) + "]}";
    }

    private static String check(Health.Check check) {
        return "{\"name\":" + JsonText.quote(check.name()) + ",\"ok\":" + check.ok() + ",\"required\":"
                + check.required() + ",\"message\":" + JsonText.quote(check.message()) + ",\"since\":\""
                + check.since() + "\"}";
    }
}
