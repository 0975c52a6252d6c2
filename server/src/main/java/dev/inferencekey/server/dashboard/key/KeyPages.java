package dev.inferencekey.server.dashboard.key;

import dev.inferencekey.server.dashboard.budget.BudgetChoice;
import dev.inferencekey.server.dashboard.page.ExpiryChoice;
import dev.inferencekey.server.dashboard.page.Links;
import dev.inferencekey.server.dashboard.page.OverlapChoice;
import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Problem;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.budget.BudgetSubject;
import dev.inferencekey.server.domain.credential.CredentialSearch;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.Liveness;
import dev.inferencekey.server.domain.credential.Rotation;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.ServingNodes;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.ControlPlane;
import dev.inferencekey.server.manager.budget.BudgetService;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.FormFields;
import dev.inferencekey.server.manager.http.Query;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.key.ApiKeyService;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.Lifetime;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.store.KeyFilter;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The API Keys screen. */
public final class KeyPages {
    private static final String KEYS = "/projects/{project}/keys";
    private static final String ONE = KEYS + "/{key_id}";
    private static final int PAGE = 50;
    private static final int MOST_OFFERED = 200;

    private final Pages pages;
    private final ControlPlane plane;
    private final ApiKeyService keys;
    private final Clock clock;

    public KeyPages(Pages pages, ControlPlane plane) {
        this.pages = pages;
        this.plane = plane;
        this.keys = plane.keys();
        this.clock = plane.clock();
    }

    /**
     * What the list shows.
     *
     * @param search a text that finds the same again and holds no secret
     */
    public record ListView(
            Page<Row> keys,
            String search,
            String state,
            String callable,
            boolean entireProject,
            @Nullable String cursor,
            @Nullable Problem problem) {
        /** The parts of an address that ask for the same again. */
        public Links links() {
            return Links.none()
                    .with("search", search)
                    .with("state", state)
                    .with("callable", callable)
                    .with("entire_project", entireProject ? "true" : null);
        }

        public boolean isFiltered() {
            return !search.isEmpty() || !state.isEmpty() || !callable.isEmpty() || entireProject;
        }
    }

    /** A key and how it stands. */
    public record Row(IssuedApiKey key, String state) {}

    /** What the form shows, for a new key or one that is there. */
    public record FormView(
            @Nullable IssuedApiKey key,
            String name,
            AccessChoice access,
            List<Workload> workloads,
            boolean moreWorkloads,
            LimitsChoice limits,
            BudgetChoice budget,
            ExpiryChoice expiry,
            @Nullable Problem problem) {}

    /** What is shown once after minting or rotating. */
    public record ShownView(IssuedApiKey key, String credential, boolean rotated, boolean confirmed, String baseUrl) {}

    /** What the page of one key shows. */
    public record KeyView(
            IssuedApiKey key,
            String state,
            Optional<Rotation> rotation,
            List<ApiKeyService.Callable> callable,
            boolean moreCallable,
            List<Node> mayStillServe,
            ServingNodes serving,
            List<BudgetService.Standing> budgets,
            @Nullable Problem problem) {}

    public List<Route> routes() {
        return List.of(
                Route.project("GET", KEYS, Action.KEY_READ, this::list)
                        .withQuery(Set.of("cursor", "search", "state", "callable", "entire_project")),
                Route.project(
                                "GET",
                                KEYS + "/new",
                                Action.KEY_WRITE,
                                exchange -> form(exchange, null, FormFields.none(), null))
                        .withQuery(Set.of("workload")),
                Route.project(
                        "POST", KEYS, Action.KEY_WRITE, exchange -> pages.once(exchange, made -> mint(exchange, made))),
                Route.project("GET", ONE, Action.KEY_READ, exchange -> show(exchange, null))
                        .withQuery(Pages.query()),
                Route.project("GET", ONE + "/edit", Action.KEY_WRITE, this::edit),
                Route.project("POST", ONE, Action.KEY_WRITE, this::update),
                Route.project(
                        "POST",
                        ONE + "/rotate",
                        Action.KEY_WRITE,
                        exchange -> pages.once(exchange, made -> rotate(exchange, made))),
                change("/end-overlap", (exchange, id) -> keys.endOverlap(exchange.requester(), exchange.project(), id)),
                change("/disable", stopping(keys::disable)),
                change("/enable", (exchange, id) -> keys.enable(exchange.requester(), exchange.project(), id)),
                change("/revoke", stopping(keys::revoke)));
    }

    private interface Change {
        ApiKeyService.Changed make(Exchange exchange, String id);
    }

    private interface Stop {
        ApiKeyService.Changed make(Requester by, Project project, String id, boolean endStreams);
    }

    private static Change stopping(Stop stop) {
        return (exchange, id) -> stop.make(
                exchange.requester(), exchange.project(), id, exchange.form().ticked("end_streams"));
    }

    private Route change(String path, Change change) {
        return Route.project("POST", ONE + path, Action.KEY_WRITE, exchange -> {
            String id = exchange.variable("key_id");
            return switch (Problem.attempt(() -> change.make(exchange, id))) {
                case Problem.Outcome.Done<ApiKeyService.Changed> _ -> Pages.goTo(exchange, path(exchange, id));
                case Problem.Outcome.Wrong<ApiKeyService.Changed> wrong -> show(exchange, wrong.problem());
            };
        });
    }

    private Answer list(Exchange exchange) {
        Query query = exchange.query();
        return switch (Problem.attempt(() -> filter(query))) {
            case Problem.Outcome.Done<KeyFilter> filter -> list(exchange, filter.result(), null);
            case Problem.Outcome.Wrong<KeyFilter> wrong -> list(exchange, KeyFilter.ALL, wrong.problem());
        };
    }

    private Answer list(Exchange exchange, KeyFilter filter, @Nullable Problem problem) {
        Query query = exchange.query();
        PageRequest page = new PageRequest(PAGE, query.page().after());
        CredentialSearch search = filter.search();
        ListView view = new ListView(
                keys.list(exchange.project(), filter, page).map(key -> new Row(key, state(key))),
                search == null ? "" : search.text(),
                problem == null ? orEmpty(query.text("state")) : "",
                orEmpty(filter.callable()),
                filter.entireProject(),
                query.text("cursor"),
                problem);
        return pages.show(
                exchange, problem == null ? 200 : problem.status(), Section.KEYS, "API keys", "key/list.jte", view);
    }

    /** Fields of a form that were left empty come as empty texts and ask for nothing. */
    private static KeyFilter filter(Query query) {
        String callable = orEmpty(query.text("callable")).strip();
        Liveness state = switch (orEmpty(query.text("state"))) {
            case "active" -> Liveness.ALIVE;
            case "disabled" -> Liveness.DISABLED;
            case "revoked" -> Liveness.REVOKED;
            case "expired" -> Liveness.EXPIRED;
            default -> null;
        };
        return new KeyFilter(
                CredentialSearch.ofKeys("search", orEmpty(query.text("search"))),
                state,
                callable.isEmpty() ? null : callable,
                "true".equals(query.text("entire_project")));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private Answer form(Exchange exchange, @Nullable IssuedApiKey key, FormFields form, @Nullable Problem problem) {
        Page<Workload> workloads = plane.workloads().list(exchange.project(), new PageRequest(MOST_OFFERED, null));
        AccessChoice access = problem != null
                ? AccessChoice.of(form)
                : key != null
                        ? AccessChoice.of(key.grants())
                        : AccessChoice.first(exchange.query().text("workload"));
        FormView view = new FormView(
                key,
                problem != null || key == null ? form.text("name") : key.name(),
                access,
                workloads.items(),
                workloads.next() != null,
                problem != null || key == null ? LimitsChoice.of(form) : LimitsChoice.of(key.limits()),
                BudgetChoice.of(form),
                ExpiryChoice.of(form),
                problem);
        return pages.show(
                exchange,
                problem == null ? 200 : problem.status(),
                Section.KEYS,
                key == null ? "New API key" : "Edit " + key.name(),
                "key/form.jte",
                view);
    }

    private Answer mint(Exchange exchange, Consumer<String> made) {
        FormFields form = exchange.form();
        return switch (Problem.attempt(() -> keys.mint(
                exchange.requester(),
                exchange.project(),
                form.text("name"),
                AccessChoice.of(form).grants(),
                ExpiryChoice.of(form).resolve(clock.now()),
                LimitsChoice.of(form).limits(),
                BudgetChoice.of(form).settings()))) {
            case Problem.Outcome.Done<ApiKeyService.Minted> done -> {
                made.accept(path(exchange, done.result().key().id()));
                yield shown(
                        exchange,
                        done.result().key(),
                        done.result().credential().reveal(),
                        false,
                        true);
            }
            case Problem.Outcome.Wrong<ApiKeyService.Minted> wrong -> form(exchange, null, form, wrong.problem());
        };
    }

    private Answer edit(Exchange exchange) {
        return form(exchange, keys.get(exchange.project(), exchange.variable("key_id")), FormFields.none(), null);
    }

    private Answer update(Exchange exchange) {
        FormFields form = exchange.form();
        String id = exchange.variable("key_id");
        return switch (Problem.attempt(() -> keys.update(
                exchange.requester(),
                exchange.project(),
                id,
                new ApiKeyService.Change(
                        form.text("name"),
                        AccessChoice.of(form).grants(),
                        expiryChange(form),
                        LimitsChoice.of(form).limits(),
                        null)))) {
            case Problem.Outcome.Done<ApiKeyService.Changed> _ -> Pages.goTo(exchange, path(exchange, id));
            case Problem.Outcome.Wrong<ApiKeyService.Changed> wrong ->
                form(exchange, keys.get(exchange.project(), id), form, wrong.problem());
        };
    }

    private ApiKeyService.@Nullable Expiry expiryChange(FormFields form) {
        return "keep".equals(form.text("expiry"))
                ? null
                : new ApiKeyService.Expiry(ExpiryChoice.of(form).resolve(clock.now()));
    }

    private Answer rotate(Exchange exchange, Consumer<String> made) {
        FormFields form = exchange.form();
        return switch (Problem.attempt(() -> keys.rotate(
                exchange.requester(), exchange.project(), exchange.variable("key_id"), OverlapChoice.of(form)))) {
            case Problem.Outcome.Done<ApiKeyService.Rotated> done -> {
                made.accept(path(exchange, done.result().key().id()));
                yield shown(
                        exchange,
                        done.result().key(),
                        done.result().credential().reveal(),
                        true,
                        done.result().receipt() != null);
            }
            case Problem.Outcome.Wrong<ApiKeyService.Rotated> wrong -> show(exchange, wrong.problem());
        };
    }

    private Answer shown(Exchange exchange, IssuedApiKey key, String credential, boolean rotated, boolean confirmed) {
        return pages.show(
                exchange,
                Section.KEYS,
                "Copy this key now",
                "key/shown.jte",
                new ShownView(
                        key,
                        credential,
                        rotated,
                        confirmed,
                        exchange.endpointsUrl().toString()));
    }

    private Answer show(Exchange exchange, @Nullable Problem problem) {
        IssuedApiKey key = keys.get(exchange.project(), exchange.variable("key_id"));
        Page<ApiKeyService.Callable> callable =
                keys.callable(exchange.project(), key.id(), new PageRequest(MOST_OFFERED, null));
        return pages.show(
                exchange,
                problem == null ? 200 : problem.status(),
                Section.KEYS,
                key.name(),
                "key/key.jte",
                new KeyView(
                        key,
                        state(key),
                        Rotation.of(key.secrets(), clock.now()),
                        callable.items(),
                        callable.next() != null,
                        state(key).equals("active") ? List.of() : plane.nodes().mayStillServe(),
                        plane.nodes().serving(),
                        plane.budgets()
                                .get(exchange.project(), BudgetSubject.ofKey(key.id()))
                                .standings(),
                        problem));
    }

    private String state(IssuedApiKey key) {
        return Lifetime.shownState(key.state(), key.expiresAt(), clock.now());
    }

    private static String path(Exchange exchange, String id) {
        return "/projects/" + exchange.project().slug() + "/keys/" + id;
    }
}
