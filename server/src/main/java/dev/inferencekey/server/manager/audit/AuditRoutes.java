package dev.inferencekey.server.manager.audit;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.ports.store.PageRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /api/audit}, and the same for one project. */
public final class AuditRoutes {
    private static final Set<String> QUERY = Set.of("action", "limit", "cursor");
    private static final Pattern ACTION = Pattern.compile("[a-z_]{1,40}\\.[a-z_]{0,40}");

    private final AuditService audit;

    public AuditRoutes(AuditService audit) {
        this.audit = audit;
    }

    public List<Route> routes() {
        return List.of(
                Route.project(
                                "GET",
                                "/api/projects/{project}/audit",
                                Action.AUDIT_READ,
                                exchange -> list(exchange, exchange.project().slug()))
                        .withQuery(QUERY),
                Route.platform("GET", "/api/audit", Action.AUDIT_READ, exchange -> list(exchange, null))
                        .withQuery(QUERY));
    }

    private Answer list(Exchange exchange, @Nullable String projectSlug) {
        PageRequest page = exchange.query().page();
        String action = exchange.query().text("action");
        if (action != null && !ACTION.matcher(action).matches()) {
            throw new InvalidFieldException(
                    "action", "action must be one such as key.created, or all of a noun such as key.");
        }
        return exchange.list(page, audit.list(projectSlug, action, page), AuditRoutes::json);
    }

    private static Map<String, @Nullable Object> json(AuditEvent event) {
        return Json.object(
                "id", event.id(),
                "at", event.at().toString(),
                "actor", event.actor(),
                "action", event.action(),
                "project_slug", event.projectSlug(),
                "target", event.target(),
                "from", event.from(),
                "details", new TreeMap<>(event.details()));
    }
}
