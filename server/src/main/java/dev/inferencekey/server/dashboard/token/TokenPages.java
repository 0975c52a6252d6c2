package dev.inferencekey.server.dashboard.token;

import dev.inferencekey.server.dashboard.page.ExpiryChoice;
import dev.inferencekey.server.dashboard.page.OverlapChoice;
import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Problem;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.credential.IssuedSdkToken;
import dev.inferencekey.server.domain.credential.Rotation;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.FormFields;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.Lifetime;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.manager.token.SdkTokenService;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The Tokens screen. */
public final class TokenPages {
    private static final String TOKENS = "/projects/{project}/tokens";
    private static final String ONE = TOKENS + "/{token_id}";
    private static final int PAGE = 50;

    private final Pages pages;
    private final SdkTokenService tokens;
    private final Clock clock;

    public TokenPages(Pages pages, SdkTokenService tokens, Clock clock) {
        this.pages = pages;
        this.tokens = tokens;
        this.clock = clock;
    }

    /** What the list shows. */
    public record ListView(Page<Row> tokens) {}

    /** A token and how it stands. */
    public record Row(IssuedSdkToken token, String state) {}

    /** What the form shows. */
    public record FormView(
            String name,
            Set<Scope> scopes,
            ExpiryChoice expiry,
            @Nullable Problem problem) {
        /** What a scope allows, in words. */
        public static String meaning(Scope scope) {
            return switch (scope) {
                case WORKLOAD_READ ->
                    "Read workloads: list them, see how they are declared and whether they are ready.";
                case WORKLOAD_WRITE -> "Write workloads: create, change and delete them. Includes reading.";
                case ASSIGNMENT_WRITE ->
                    "Pin workloads to a machine or GPU. Needed only by scripts that choose the place themselves.";
            };
        }
    }

    /** What is shown once after minting or rotating. */
    public record ShownView(IssuedSdkToken token, String credential, boolean rotated, boolean confirmed) {}

    /** What the page of one token shows. */
    public record TokenView(
            IssuedSdkToken token,
            String state,
            Optional<Rotation> rotation,
            @Nullable Problem problem) {}

    public List<Route> routes() {
        return List.of(
                Route.project("GET", TOKENS, Action.TOKEN_READ, this::list).withQuery(Set.of("cursor")),
                Route.project(
                        "GET",
                        TOKENS + "/new",
                        Action.TOKEN_WRITE,
                        exchange -> form(exchange, FormFields.none(), null)),
                Route.project(
                        "POST",
                        TOKENS,
                        Action.TOKEN_WRITE,
                        exchange -> pages.once(exchange, made -> mint(exchange, made))),
                Route.project("GET", ONE, Action.TOKEN_READ, exchange -> show(exchange, null))
                        .withQuery(Pages.query()),
                Route.project(
                        "POST",
                        ONE + "/rotate",
                        Action.TOKEN_WRITE,
                        exchange -> pages.once(exchange, made -> rotate(exchange, made))),
                change("/end-overlap", tokens::endOverlap),
                change("/disable", tokens::disable),
                change("/enable", tokens::enable),
                change("/revoke", tokens::revoke));
    }

    private interface Change {
        SdkTokenService.Changed make(Requester by, Project project, String id);
    }

    private Route change(String path, Change change) {
        return Route.project("POST", ONE + path, Action.TOKEN_WRITE, exchange -> {
            String id = exchange.variable("token_id");
            return switch (Problem.attempt(() -> change.make(exchange.requester(), exchange.project(), id))) {
                case Problem.Outcome.Done<SdkTokenService.Changed> done ->
                    Pages.goTo(exchange, path(exchange, done.result().token().id()));
                case Problem.Outcome.Wrong<SdkTokenService.Changed> wrong -> show(exchange, wrong.problem());
            };
        });
    }

    private Answer list(Exchange exchange) {
        PageRequest page = new PageRequest(PAGE, exchange.query().page().after());
        ListView view = new ListView(tokens.list(exchange.project(), page).map(token -> new Row(token, state(token))));
        return pages.show(exchange, Section.TOKENS, "Tokens", "token/list.jte", view);
    }

    private Answer form(Exchange exchange, FormFields form, @Nullable Problem problem) {
        Set<Scope> scopes = problem == null ? Scope.DEFAULT : scopes(form);
        return pages.show(
                exchange,
                problem == null ? 200 : problem.status(),
                Section.TOKENS,
                "New SDK token",
                "token/new.jte",
                new FormView(form.text("name"), scopes, ExpiryChoice.of(form), problem));
    }

    private Answer mint(Exchange exchange, Consumer<String> made) {
        FormFields form = exchange.form();
        return switch (Problem.attempt(() -> tokens.mint(
                exchange.requester(),
                exchange.project(),
                form.text("name"),
                scopes(form),
                ExpiryChoice.of(form).resolve(clock.now())))) {
            case Problem.Outcome.Done<SdkTokenService.Minted> done -> {
                SdkTokenService.Minted minted = done.result();
                made.accept(path(exchange, minted.token().id()));
                yield shown(
                        exchange,
                        new ShownView(minted.token(), minted.credential().reveal(), false, true));
            }
            case Problem.Outcome.Wrong<SdkTokenService.Minted> wrong -> form(exchange, form, wrong.problem());
        };
    }

    private Answer rotate(Exchange exchange, Consumer<String> made) {
        FormFields form = exchange.form();
        return switch (Problem.attempt(() -> tokens.rotate(
                exchange.requester(), exchange.project(), exchange.variable("token_id"), OverlapChoice.of(form)))) {
            case Problem.Outcome.Done<SdkTokenService.Rotated> done -> {
                SdkTokenService.Rotated rotated = done.result();
                made.accept(path(exchange, rotated.token().id()));
                yield shown(
                        exchange,
                        new ShownView(rotated.token(), rotated.credential().reveal(), true, rotated.receipt() != null));
            }
            case Problem.Outcome.Wrong<SdkTokenService.Rotated> wrong -> show(exchange, wrong.problem());
        };
    }

    private Answer shown(Exchange exchange, ShownView view) {
        return pages.show(exchange, Section.TOKENS, "Copy this token now", "token/shown.jte", view);
    }

    private Answer show(Exchange exchange, @Nullable Problem problem) {
        IssuedSdkToken token = tokens.get(exchange.project(), exchange.variable("token_id"));
        return pages.show(
                exchange,
                problem == null ? 200 : problem.status(),
                Section.TOKENS,
                token.name(),
                "token/token.jte",
                new TokenView(token, state(token), Rotation.of(token.secrets(), clock.now()), problem));
    }

    private String state(IssuedSdkToken token) {
        return Lifetime.shownState(token.state(), token.expiresAt(), clock.now());
    }

    private static Set<Scope> scopes(FormFields form) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        form.all("scopes").forEach(text -> Scope.fromWire(text).ifPresent(scopes::add));
        return scopes;
    }

    private static String path(Exchange exchange, String id) {
        return "/projects/" + exchange.project().slug() + "/tokens/" + id;
    }
}
