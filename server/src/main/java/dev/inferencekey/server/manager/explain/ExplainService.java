package dev.inferencekey.server.manager.explain;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.access.AccessExplainer;
import dev.inferencekey.server.domain.access.AccessExplainer.Shown;
import dev.inferencekey.server.domain.access.AccessExplanation;
import dev.inferencekey.server.domain.access.AccessPolicy;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.access.ControlTarget;
import dev.inferencekey.server.domain.access.Decision;
import dev.inferencekey.server.domain.access.Remedy;
import dev.inferencekey.server.domain.access.Resource;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.IssuedSdkToken;
import dev.inferencekey.server.domain.credential.Liveness;
import dev.inferencekey.server.domain.inference.RequestTarget;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.access.Addressed;
import dev.inferencekey.server.manager.access.ResourceResolver;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.http.RouteTable;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.Lifetime;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.store.Store;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Explains what a request with a credential would meet, to people who may read that credential. The route comes from the table that
 * requests go by, the decision from the policy that they are asked of. Changes nothing and writes nothing down. Thread-safe.
 */
public final class ExplainService {
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    private static final int MAX_PATH_LENGTH = 4096;
    private static final String WORKLOAD_SLUG = "workload_slug";

    private final Store store;
    private final Clock clock;
    private final ResourceResolver resources;
    private final Supplier<RouteTable> routes;

    /** {@code routes} are those that are served, the one that this answers included. */
    public ExplainService(Store store, Clock clock, ResourceResolver resources, Supplier<RouteTable> routes) {
        this.store = store;
        this.clock = clock;
        this.resources = resources;
        this.routes = routes;
    }

    /**
     * A credential as far as it is shown.
     *
     * @param redacted such as {@code ik_live_a1b2c3d4…}
     * @param state as people see it; see {@link Lifetime#shownState}
     */
    public record Credential(
            NamedCredential.Kind kind, String redacted, String id, String name, String projectSlug, String state) {}

    /** The answer, and about which credential it is. */
    public record Explained(Credential credential, AccessExplanation explanation) {}

    private record Known(Credential credential, Shown shown) {}

    /**
     * Explains a request.
     *
     * @param path of the request, as it was sent; a query is left out
     * @throws RefusedException 404 if there is no such credential in a project whose credentials the caller may read
     */
    public Explained explain(Requester by, String method, String path, NamedCredential named) {
        if (!METHODS.contains(method)) {
            throw RefusedException.invalid(
                    "method", "method must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        }
        if (path.length() > MAX_PATH_LENGTH) {
            throw RefusedException.invalid("path", "path must have at most " + MAX_PATH_LENGTH + " characters");
        }
        RequestTarget target = RequestTarget.parse(path);
        Known known = known(by.caller(), named, RequestTarget.isDataPlane(target))
                .orElseThrow(() -> RefusedException.notFound(
                        "there is no key or token with this public id in a project of yours"));
        AccessExplanation explanation = switch (target) {
            case RequestTarget.Malformed malformed -> AccessExplainer.ofMalformed(malformed);
            case RequestTarget.OfEndpoint endpoint ->
                AccessExplainer.ofInference(method, endpoint, known.shown(), this::taskType);
            case RequestTarget.Control _ ->
                AccessExplainer.ofControl(control(method, withoutQuery(path), known.shown()), known.shown());
        };
        return new Explained(known.credential(), explanation);
    }

    /** A public id is unique among the credentials of its kind; without a kind, that of the plane is looked for first. */
    private Optional<Known> known(Caller caller, NamedCredential named, boolean dataPlane) {
        NamedCredential.Kind kind = named.kind();
        if (kind == null) {
            return dataPlane
                    ? key(caller, named.publicId()).or(() -> token(caller, named.publicId()))
                    : token(caller, named.publicId()).or(() -> key(caller, named.publicId()));
        }
        return switch (kind) {
            case KEY -> key(caller, named.publicId());
            case TOKEN -> token(caller, named.publicId());
        };
    }

    private Optional<Known> key(Caller caller, String publicId) {
        Instant now = clock.now();
        Optional<IssuedApiKey> found = store.read(session -> session.apiKeys().findByPublicId(publicId));
        return found.filter(key -> mayRead(caller, Action.KEY_READ, key.projectSlug()))
                .map(key -> {
                    CredentialSecret secret = key.secret(publicId).orElseThrow();
                    Caller.DataKey shown = new Caller.DataKey(key.id(), publicId, key.projectSlug(), key.grants());
                    Liveness liveness = key.liveness(secret, now);
                    return new Known(
                            new Credential(
                                    NamedCredential.Kind.KEY,
                                    shown.display(),
                                    key.id(),
                                    key.name(),
                                    key.projectSlug(),
                                    Lifetime.shownState(key.state(), key.expiresAt(), now)),
                            new Shown.Key(
                                    shown, liveness, liveness != Liveness.of(key.state(), key.expiresAt(), null, now)));
                });
    }

    private Optional<Known> token(Caller caller, String publicId) {
        Instant now = clock.now();
        Optional<IssuedSdkToken> found =
                store.read(session -> session.sdkTokens().findByPublicId(publicId));
        return found.filter(token -> mayRead(caller, Action.TOKEN_READ, token.projectSlug()))
                .map(token -> {
                    CredentialSecret secret = token.secret(publicId).orElseThrow();
                    Caller.ControlToken shown =
                            new Caller.ControlToken(token.id(), publicId, token.projectSlug(), token.scopes());
                    Liveness liveness = token.liveness(secret, now);
                    return new Known(
                            new Credential(
                                    NamedCredential.Kind.TOKEN,
                                    shown.display(),
                                    token.id(),
                                    token.name(),
                                    token.projectSlug(),
                                    Lifetime.shownState(token.state(), token.expiresAt(), now)),
                            new Shown.Token(
                                    shown,
                                    liveness,
                                    liveness != Liveness.of(token.state(), token.expiresAt(), null, now)));
                });
    }

    private static boolean mayRead(Caller caller, Action read, String projectSlug) {
        return AccessPolicy.decide(caller, read, new Resource.InProject(projectSlug)) instanceof Decision.Allow;
    }

    private @Nullable TaskType taskType(Resource.Endpoint endpoint) {
        return workload(endpoint.projectSlug(), endpoint.workloadSlug())
                .map(Workload::taskType)
                .orElse(null);
    }

    private Optional<Workload> workload(String projectSlug, String workloadSlug) {
        return store.read(session -> session.projects()
                .find(projectSlug)
                .filter(project -> project.slug().equals(projectSlug))
                .flatMap(project -> session.workloads().findBySlug(project.id(), workloadSlug)));
    }

    private ControlTarget control(String method, String path, Shown shown) {
        boolean api = path.equals("/api") || path.startsWith("/api/");
        return switch (routes.get().find(method, path)) {
            case RouteTable.Match.Nothing _ -> new ControlTarget.Nothing(api);
            case RouteTable.Match.OtherMethods other -> new ControlTarget.OtherMethods(api, other.methods());
            case RouteTable.Match.Found found -> found(api, found.route(), found.variables(), shown);
        };
    }

    private ControlTarget found(boolean api, Route route, Map<String, String> variables, Shown shown) {
        return switch (route.about()) {
            case PLATFORM -> new ControlTarget.Found(api, route.action(), new Resource.Platform(), null);
            case PROJECT_IN_PATH -> {
                Addressed addressed = resources.project(variables.getOrDefault(Route.PROJECT, ""));
                yield new ControlTarget.Found(
                        api, route.action(), addressed.resource(), missing(addressed.project(), variables));
            }
            case WORKLOAD_ID_IN_PATH -> byId(api, route, variables.getOrDefault(Route.WORKLOAD_ID, ""), shown);
        };
    }

    /** One that nobody has is looked for in the token's own project, as {@link ResourceResolver#workload} says. */
    private ControlTarget byId(boolean api, Route route, String id, Shown shown) {
        if (!(shown.caller() instanceof Caller.ControlToken)) {
            return new ControlTarget.Found(api, route.action(), new Resource.Platform(), null);
        }
        Addressed addressed = resources.workload(id, shown.caller());
        RefusedException missing = addressed.missing();
        return new ControlTarget.Found(
                api,
                route.action(),
                addressed.resource(),
                missing == null
                        ? null
                        : new ControlTarget.Missing(
                                missing.code(), "there is no workload with this id", new Remedy.AskFor(List.of())));
    }

    private ControlTarget.@Nullable Missing missing(@Nullable Project project, Map<String, String> variables) {
        String slug = variables.get(WORKLOAD_SLUG);
        if (project == null || slug == null || workload(project.slug(), slug).isPresent()) {
            return null;
        }
        return new ControlTarget.Missing(
                ErrorCode.WORKLOAD_NOT_FOUND,
                "there is no workload with this slug",
                new Remedy.MakeWorkload(project.slug(), slug));
    }

    private static String withoutQuery(String path) {
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
    }
}
