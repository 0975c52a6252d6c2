package dev.inferencekey.server.dashboard.explain;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Problem;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.manager.explain.ExplainService;
import dev.inferencekey.server.manager.explain.ExplainService.Explained;
import dev.inferencekey.server.manager.explain.NamedCredential;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.FormFields;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.RefusedException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The Explain screen. Refusals link to it with method, path and public id; people who paste a whole credential do so into a form, which is
 * sent in a body, and of which nothing but the public id comes back.
 */
public final class ExplainPages {
    private static final Set<String> QUERY = Set.of("method", "path", "public_id");
    private static final String OF_PROJECT = "/projects/{project}/explain";

    private final Pages pages;
    private final ExplainService explain;

    public ExplainPages(Pages pages, ExplainService explain) {
        this.pages = pages;
        this.explain = explain;
    }

    /**
     * What the template shows.
     *
     * @param credential what was asked about, without any secret
     */
    public record View(
            String method,
            String path,
            String credential,
            @Nullable Explained explained,
            @Nullable Problem problem) {
        public List<String> methods() {
            return List.of("GET", "POST", "PUT", "PATCH", "DELETE");
        }

        /** A constant of an enum as people read it. */
        public static String words(Enum<?> value) {
            return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    public List<Route> routes() {
        return List.of(
                Route.platform("GET", "/explain", Action.ACCESS_EXPLAIN, this::ofLink)
                        .withQuery(QUERY),
                Route.platform("POST", "/explain", Action.ACCESS_EXPLAIN, this::ofForm),
                Route.project("GET", OF_PROJECT, Action.KEY_READ, this::ofLink).withQuery(QUERY),
                Route.project("POST", OF_PROJECT, Action.KEY_READ, this::ofForm));
    }

    private Answer ofLink(Exchange exchange) {
        String publicId = exchange.query().text("public_id");
        String method = exchange.query().text("method");
        String path = exchange.query().text("path");
        return publicId == null || path == null
                ? show(exchange, new View(orElse(method, "POST"), Redaction.scrub(orElse(path, "")), "", null, null))
                : explain(exchange, orElse(method, "GET"), path, publicId);
    }

    private Answer ofForm(Exchange exchange) {
        FormFields form = exchange.form();
        return explain(
                exchange,
                form.text("method"),
                pathOf(form.text("path").strip()),
                form.text("credential").strip());
    }

    private Answer explain(Exchange exchange, String method, String path, String credential) {
        return switch (Problem.attempt(() -> NamedCredential.parse("credential", credential))) {
            case Problem.Outcome.Wrong<NamedCredential> wrong ->
                show(exchange, new View(method, Redaction.scrub(path), "", null, wrong.problem()));
            case Problem.Outcome.Done<NamedCredential> named -> explain(exchange, method, path, named.result());
        };
    }

    private Answer explain(Exchange exchange, String method, String path, NamedCredential named) {
        String shown = shown(named);
        try {
            return switch (Problem.attempt(() -> explain.explain(exchange.requester(), method, path, named))) {
                case Problem.Outcome.Done<Explained> done ->
                    show(exchange, new View(method, Redaction.scrub(path), shown, done.result(), null));
                case Problem.Outcome.Wrong<Explained> wrong ->
                    show(exchange, new View(method, Redaction.scrub(path), shown, null, wrong.problem()));
            };
        } catch (RefusedException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return show(
                        exchange,
                        new View(method, Redaction.scrub(path), shown, null, new Problem("credential", e.text(), 404)));
            }
            throw e;
        }
    }

    /** People paste whole requests, and a secret may be anywhere in them: it does not come back. */
    private Answer show(Exchange exchange, View view) {
        Problem problem = view.problem();
        return pages.show(
                exchange, problem == null ? 200 : problem.status(), Section.EXPLAIN, "Explain", "explain.jte", view);
    }

    /** People paste whole addresses, too. */
    private static String pathOf(String text) {
        return text.replaceFirst("^https?://[^/]*", "");
    }

    private static String shown(NamedCredential named) {
        NamedCredential.Kind kind = named.kind();
        if (kind == null) {
            return named.publicId();
        }
        return switch (kind) {
            case KEY -> "ik_live_" + named.publicId() + "…";
            case TOKEN -> "ik_sdk_" + named.publicId() + "…";
        };
    }

    private static String orElse(@Nullable String text, String otherwise) {
        return text == null ? otherwise : text;
    }
}
