package dev.inferencekey.server.manager.secret;

import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.domain.upstream.UpstreamHost;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import java.util.ArrayList;
import java.util.List;

/** {@code /api/projects/{project}/secrets}. */
public final class UpstreamSecretRoutes {
    private static final String SECRETS = "/api/projects/{project}/secrets";
    private static final String ONE = SECRETS + "/{name}";

    private static final String HOSTS = "hosts";
    private static final String ENGINES = "engines";

    private final UpstreamSecretService secrets;

    public UpstreamSecretRoutes(UpstreamSecretService secrets) {
        this.secrets = secrets;
    }

    public List<Route> routes() {
        return List.of(
                Route.project("GET", SECRETS, Action.UPSTREAM_SECRET_READ, this::list),
                Route.project("PUT", ONE, Action.UPSTREAM_SECRET_WRITE, this::put),
                Route.project("DELETE", ONE, Action.UPSTREAM_SECRET_WRITE, this::delete));
    }

    private Answer list(Exchange exchange) {
        return Answer.ok(secrets.list(exchange.project()).stream()
                .map(entry -> Json.object(
                        "name",
                        entry.name(),
                        "hosts",
                        entry.binding().hosts().stream()
                                .map(UpstreamHost::toString)
                                .toList(),
                        "engines",
                        entry.binding().engines(),
                        "created_at",
                        entry.createdAt().toString(),
                        "updated_at",
                        entry.updatedAt().toString()))
                .toList());
    }

    private Answer put(Exchange exchange) {
        JsonFields fields = exchange.fields();
        fields.refuseUnknown(List.of("value", HOSTS, ENGINES));
        secrets.put(
                exchange.requester(),
                exchange.project(),
                exchange.variable("name"),
                fields.requiredText("value", UpstreamSecretService.MAX_LENGTH),
                new SecretBinding(hosts(fields), Boolean.TRUE.equals(fields.bool(ENGINES))));
        return Answer.noContent();
    }

    private static List<UpstreamHost> hosts(JsonFields fields) {
        List<String> sent = fields.texts(HOSTS, SecretBinding.MAX_HOSTS, UpstreamHost.MAX_LENGTH);
        List<UpstreamHost> hosts = new ArrayList<>();
        for (int i = 0; sent != null && i < sent.size(); i++) {
            try {
                hosts.add(UpstreamHost.parse(sent.get(i)));
            } catch (IllegalArgumentException e) {
                throw fields.wrong(HOSTS + "[" + i + "]", String.valueOf(e.getMessage()));
            }
        }
        return hosts;
    }

    private Answer delete(Exchange exchange) {
        secrets.delete(exchange.requester(), exchange.project(), exchange.variable("name"));
        return Answer.noContent();
    }
}
