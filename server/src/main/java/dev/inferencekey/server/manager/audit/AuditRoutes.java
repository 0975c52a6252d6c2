package dev.inferencekey.server.manager.audit;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.audit.AuditFilter;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Csv;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Query;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.ports.store.PageRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /api/audit}, and the same for one project. */
public final class AuditRoutes {
    private static final Set<String> FILTER = Set.of("action", "actor", "target", "address", "from", "to");
    private static final Pattern ACTION = Pattern.compile("[a-z_]{1,40}\\.[a-z_]{0,40}");
    private static final int MAX_TEXT = 512;
    private static final int DEFAULT_DAYS = 30;
    private static final int MAX_DAYS = 365;
    private static final List<String> COLUMNS =
            List.of("id", "at", "actor", "action", "project_slug", "target", "from", "details");

    private final AuditService audit;
    private final Clock clock;

    public AuditRoutes(AuditService audit, Clock clock) {
        this.audit = audit;
        this.clock = clock;
    }

    public List<Route> routes() {
        Set<String> paged = new HashSet<>(FILTER);
        paged.addAll(Route.PAGING);
        return List.of(
                ofProject("/audit", exchange -> list(exchange, slug(exchange))).withQuery(paged),
                ofProject("/audit.csv", exchange -> csv(exchange, slug(exchange)))
                        .withQuery(FILTER),
                ofProject("/refused-credentials", this::refusedCredentials).withQuery(Set.of("days")),
                Route.platform("GET", "/api/audit", Action.AUDIT_READ, exchange -> list(exchange, null))
                        .withQuery(paged),
                Route.platform("GET", "/api/audit.csv", Action.AUDIT_READ, exchange -> csv(exchange, null))
                        .withQuery(FILTER));
    }

    private static Route ofProject(String path, Route.Handler handler) {
        return Route.project("GET", "/api/projects/{project}" + path, Action.AUDIT_READ, handler);
    }

    private static String slug(Exchange exchange) {
        return exchange.project().slug();
    }

    private Answer list(Exchange exchange, @Nullable String projectSlug) {
        PageRequest page = exchange.query().page();
        return exchange.list(page, audit.list(filter(exchange.query(), projectSlug), page), AuditRoutes::json);
    }

    private Answer csv(Exchange exchange, @Nullable String projectSlug) {
        AuditFilter filter = filter(exchange.query(), projectSlug);
        return Csv.answer(
                "audit.csv",
                COLUMNS,
                after -> audit.list(filter, new PageRequest(PageRequest.MAX_LIMIT, after)),
                event -> Csv.cells(
                        event.id(),
                        event.at(),
                        event.actor(),
                        event.action(),
                        event.projectSlug(),
                        event.target(),
                        event.from(),
                        Json.text(new TreeMap<>(event.details()))));
    }

    private Answer refusedCredentials(Exchange exchange) {
        int days = exchange.query().integer("days", 1, MAX_DAYS, DEFAULT_DAYS);
        Instant since = clock.now().minus(Duration.ofDays(days));
        return Answer.ok(audit.refusedCredentials(exchange.project().slug(), since).stream()
                .map(refused -> Json.object(
                        "credential", refused.credential(),
                        "uses", refused.uses(),
                        "last_at", refused.lastAt().toString(),
                        "last_from", refused.lastFrom()))
                .toList());
    }

    private static AuditFilter filter(Query query, @Nullable String projectSlug) {
        String action = query.text("action");
        if (action != null && !ACTION.matcher(action).matches()) {
            throw new InvalidFieldException(
                    "action", "action must be one such as key.created, or all of a noun such as key.");
        }
        Instant from = query.has("from") ? query.instant("from", Instant.EPOCH) : null;
        Instant to = query.has("to") ? query.instant("to", Instant.EPOCH) : null;
        if (from != null && to != null && !from.isBefore(to)) {
            throw new InvalidFieldException("from", "from must be before to");
        }
        return new AuditFilter(
                projectSlug,
                action,
                query.text("actor", MAX_TEXT),
                query.text("target", MAX_TEXT),
                query.text("address", MAX_TEXT),
                from,
                to);
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
