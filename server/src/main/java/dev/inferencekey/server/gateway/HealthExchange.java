package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.inferencekey.server.ports.health.Health;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells how a node without a manager is, at the address that load balancers ask. Looking may take a second, so a thread of its own does.
 *
 * <p>Confined to its event loop.
 */
final class HealthExchange implements Exchange {
    private final ClientConnection connection;
    private final RequestTraits request;
    private final Health health;
    private final boolean live;
    private boolean ended;

    private HealthExchange(ClientConnection connection, RequestTraits request, Health health, boolean live) {
        this.connection = connection;
        this.request = request;
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
    public void start() {
        Thread.ofVirtual().name("health").start(() -> {
            Health.Report report = live ? health.live() : health.ready();
            try {
                connection.loop().loop().execute(() -> answer(report));
            } catch (RejectedExecutionException e) {
                // The gateway was stopped, and the caller's connection with it.
            }
        });
    }

    private void answer(Health.Report report) {
        if (ended) {
            return;
        }
        ended = true;
        ClientResponse response = new ClientResponse(connection, request);
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

    @Override
    public void requestBody(ByteBuf content) {
        // Of no interest.
    }

    @Override
    public void requestEnded() {
        // The answer is on its way.
    }

    @Override
    public void requestBroken(String reason) {
        internalError();
    }

    @Override
    public void internalError() {
        ended = true;
        connection.abort();
    }

    @Override
    public void clientGone() {
        ended = true;
    }

    @Override
    public void clientWritable() {
        // The whole answer is written at once.
    }

    @Override
    public void gatewayStopping() {
        internalError();
    }
}
