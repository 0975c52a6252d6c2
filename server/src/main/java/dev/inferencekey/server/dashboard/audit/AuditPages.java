package dev.inferencekey.server.dashboard.audit;

import dev.inferencekey.server.dashboard.page.Links;
import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.dashboard.page.TimeRange;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.audit.AuditFilter;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.manager.audit.AuditService;
import dev.inferencekey.server.manager.audit.RefusedCredential;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Query;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The Audit screen of a project, and that of the whole installation. */
public final class AuditPages {
    private static final Set<String> QUERY =
            Set.of("action", "actor", "target", "address", "range", "from", "to", "cursor");
    private static final Pattern ACTION = Pattern.compile("[a-z_]{1,40}\\.[a-z_]{0,40}");
    private static final Duration LEAKS = Duration.ofDays(30);
    private static final String USUAL_RANGE = "30d";
    private static final String INSTALLATION = "/installation/audit";
    private static final int PAGE = 50;

    private final Pages pages;
    private final AuditService audit;
    private final Clock clock;

    public AuditPages(Pages pages, AuditService audit, Clock clock) {
        this.pages = pages;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * What the template shows.
     *
     * @param path of the page
     * @param apiPath where the same is to be had as CSV
     * @param everything whether it is about all projects, and what belongs to none
     */
    public record View(
            String path,
            String apiPath,
            boolean everything,
            TimeRange range,
            AuditFilter filter,
            Page<AuditEvent> events,
            List<RefusedCredential> leaks,
            @Nullable String cursor) {
        /** The kinds of events to choose from. */
        public Map<String, String> nouns() {
            Map<String, String> nouns = new TreeMap<>();
            if (everything) {
                nouns.put("session.", "sign-ins");
                nouns.put("sso.", "single sign-on");
                nouns.put("usage.", "how long usage is kept");
            }
            nouns.put("credential.", "credentials on the wrong plane");
            nouns.put("invitation.", "invitations");
            nouns.put("key.", "API keys");
            nouns.put("member.", "members");
            nouns.put("price.", "prices");
            nouns.put("project.", "the project");
            nouns.put("secret.", "upstream secrets");
            nouns.put("token.", "SDK tokens");
            nouns.put("user.", "accounts");
            nouns.put("workload.", "workloads");
            return nouns;
        }

        /** The details in the order of their names. */
        public static Map<String, String> sorted(AuditEvent event) {
            return new TreeMap<>(event.details());
        }

        /** Whether the event tells of a real secret that was shown where it does not belong. */
        public static boolean isLeak(AuditEvent event) {
            return event.action().equals(AuditAction.CREDENTIAL_REFUSED.wire())
                    && "genuine".equals(event.details().get("secret"));
        }

        /** The parts of an address that ask for the same again. */
        public Links links() {
            return filtered()
                    .with("range", range.name())
                    .with("from", range.name().equals(TimeRange.CUSTOM) ? range.fromText() : null)
                    .with("to", range.name().equals(TimeRange.CUSTOM) ? range.toText() : null);
        }

        /** The same as the API asks for it, for a download. */
        public Links apiLinks() {
            return filtered()
                    .with("from", range.from().toString())
                    .with("to", range.to().toString());
        }

        private Links filtered() {
            return Links.none()
                    .with("action", filter.action())
                    .with("actor", filter.actor())
                    .with("target", filter.target())
                    .with("address", filter.address());
        }
    }

    public List<Route> routes() {
        return List.of(
                Route.project("GET", "/projects/{project}/audit", Action.AUDIT_READ, this::show)
                        .withQuery(QUERY),
                Route.platform("GET", INSTALLATION, Action.AUDIT_READ, this::show)
                        .withQuery(QUERY));
    }

    private Answer show(Exchange exchange) {
        Query query = exchange.query();
        Project addressed = exchange.addressed().project();
        String project = addressed == null ? null : addressed.slug();
        TimeRange range = TimeRange.of(query, USUAL_RANGE, clock.now());
        String action = given(query, "action");
        AuditFilter filter = new AuditFilter(
                project,
                action != null && ACTION.matcher(action).matches() ? action : null,
                given(query, "actor"),
                given(query, "target"),
                given(query, "address"),
                range.from(),
                range.to());
        Page<AuditEvent> events =
                audit.list(filter, new PageRequest(PAGE, query.page().after()));
        List<RefusedCredential> leaks =
                audit.refusedCredentials(project, clock.now().minus(LEAKS));
        return pages.show(
                exchange,
                Section.AUDIT,
                "Audit",
                "audit.jte",
                new View(
                        project == null ? INSTALLATION : "/projects/" + project + "/audit",
                        project == null ? "/api/audit.csv" : "/api/projects/" + project + "/audit.csv",
                        project == null,
                        range,
                        filter,
                        events,
                        leaks,
                        query.text("cursor")));
    }

    private static @Nullable String given(Query query, String name) {
        String text = query.text(name);
        return text == null || text.isBlank() ? null : text.strip();
    }
}
