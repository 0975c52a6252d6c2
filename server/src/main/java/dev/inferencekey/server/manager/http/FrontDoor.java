package dev.inferencekey.server.manager.http;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.access.AccessPolicy;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.access.Decision;
import dev.inferencekey.server.domain.access.ExplainLink;
import dev.inferencekey.server.domain.access.Resource;
import dev.inferencekey.server.manager.access.Addressed;
import dev.inferencekey.server.manager.access.Authenticated;
import dev.inferencekey.server.manager.access.Authenticator;
import dev.inferencekey.server.manager.access.Presented;
import dev.inferencekey.server.manager.access.ResourceResolver;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.ports.access.AccessPublication.Receipt;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every request's way through the control plane: one ordered chain, in which each step may only assume what the steps before it made
 * sure of. Thread-safe.
 *
 * <ol>
 *   <li>Request id: first, since every answer carries it.
 *   <li>Internal secret: only the gateway may say who the caller is and from where.
 *   <li>API keys are refused by their prefix, before anything is looked up; outside of the API, forms of other sites' pages.
 *   <li>Authentication (unless the route takes no credential): before the route, so that nobody without a credential learns which
 *       paths exist. Pages take a signed-in person's cookie and nothing else.
 *   <li>Route: path, then method.
 *   <li>Decision: {@link AccessPolicy}, asked with the route's action and what the path addresses; then whether that exists.
 *   <li>Query, then the handler, which reads the body: its size and form are judged only now, as the contract orders.
 *   <li>Errors: mapped in {@link ErrorAnswers} alone.
 * </ol>
 */
public final class FrontDoor {
    private static final Logger LOG = LoggerFactory.getLogger(FrontDoor.class);
    private static final Map<String, String> COMMON_HEADERS = Map.of(
            "Cache-Control", "no-store",
            "X-Content-Type-Options", "nosniff");

    private final InternalGate gate;
    private final Authenticator authenticator;
    private final RouteTable routes;
    private final ResourceResolver resources;
    private final RequestIds requestIds;
    private final EndpointAddress endpoints;
    private final ErrorAnswers errors;

    public FrontDoor(
            InternalGate gate,
            Authenticator authenticator,
            RouteTable routes,
            ResourceResolver resources,
            RequestIds requestIds,
            EndpointAddress endpoints,
            ErrorAnswers errors) {
        this.gate = gate;
        this.authenticator = authenticator;
        this.routes = routes;
        this.resources = resources;
        this.requestIds = requestIds;
        this.endpoints = endpoints;
        this.errors = errors;
    }

    /** Answers the request; never throws. */
    public Answer answer(Request request) {
        String requestId = requestIds.of(request);
        Answer answer;
        try {
            gate.check(request);
            answer = admitted(request, requestId);
        } catch (RuntimeException e) {
            answer = errors.answer(request, e, requestId, explainUrl(request));
        }
        for (Map.Entry<String, String> header : COMMON_HEADERS.entrySet()) {
            if (!answer.headers().containsKey(header.getKey())) {
                answer = answer.withHeader(header.getKey(), header.getValue());
            }
        }
        LOG.debug("request answered status={} request_id={}", answer.status(), requestId);
        return answer.withHeader(RequestIds.HEADER, requestId);
    }

    /** Answers what could not be read as a request. */
    public Answer unreadable(Request request) {
        String requestId = requestIds.of(request);
        RefusedException refused = new RefusedException(ErrorCode.INVALID_REQUEST, "the request is not valid HTTP/1.1");
        return errors.answer(request, refused, requestId, null).withHeader(RequestIds.HEADER, requestId);
    }

    /** Null unless exactly one credential was shown that has a public id. */
    private static @Nullable String explainUrl(Request request) {
        List<String> shown = request.headerValues("authorization");
        String credential = shown.size() == 1 ? Authenticator.bearer(shown.getFirst()) : null;
        return credential == null ? null : ExplainLink.ofCredential(request.method(), request.path(), credential);
    }

    private Answer admitted(Request request, String requestId) {
        String from = gate.clientAddress(request);
        Presented presented = request.presented(from);
        if (request.isApi()) {
            authenticator.refuseDataKey(presented);
        } else if (request.changes()) {
            SameSite.require(request, BaseUrl.of(request));
        }
        RouteTable.Match match = routes.find(request.method(), request.path());
        Authenticated who = takesNoCredential(match, request)
                ? Authenticated.anonymous()
                : request.isApi()
                        ? requireCredential(authenticator.authenticate(presented))
                        : authenticator.authenticateBrowser(presented);
        return switch (match) {
            case RouteTable.Match.Nothing _ -> throw RefusedException.notFound("there is nothing at this path");
            case RouteTable.Match.OtherMethods other ->
                throw RefusedException.methodNotAllowed(
                        JsonFields.show(request.method()), String.join(", ", other.methods()));
            case RouteTable.Match.Found found -> {
                try {
                    yield routed(request, requestId, from, who, found);
                } catch (RefusedException e) {
                    throw withReceiptOfAbsence(e, found.route(), who.caller());
                }
            }
        };
    }

    /** Of what is nowhere, nobody can tell to whom it belonged: who may do this to nothing at all hears of no nodes. */
    private static RefusedException withReceiptOfAbsence(RefusedException refused, Route route, Caller caller) {
        Supplier<Receipt> absence = route.absence();
        return absence == null || refused.code().status() != 404 || !mayAnywhere(caller, route.action())
                ? refused
                : CredentialJson.absent(refused, absence.get());
    }

    private static boolean mayAnywhere(Caller caller, Action action) {
        return !(caller instanceof Caller.Human human)
                || human.tenantOwner()
                || human.roles().keySet().stream()
                        .anyMatch(project -> AccessPolicy.decide(caller, action, new Resource.InProject(project))
                                instanceof Decision.Allow);
    }

    private Answer routed(
            Request request, String requestId, String from, Authenticated who, RouteTable.Match.Found found) {
        Route route = found.route();
        Map<String, String> variables = found.variables();
        Addressed addressed = switch (route.about()) {
            case PLATFORM -> resources.platform();
            case PROJECT_IN_PATH -> resources.project(variables.getOrDefault(Route.PROJECT, ""));
            case WORKLOAD_ID_IN_PATH -> resources.workload(variables.getOrDefault(Route.WORKLOAD_ID, ""), who.caller());
        };
        if (AccessPolicy.decide(who.caller(), route.action(), addressed.resource()) instanceof Decision.Deny deny) {
            throw RefusedException.of(deny);
        }
        RefusedException missing = addressed.missing();
        if (missing != null) {
            throw missing;
        }
        Query query = Query.parse(request.query(), route.query());
        return route.handler()
                .handle(new Exchange(
                        request, requestId, who, from, addressed, variables, query, BaseUrl.of(request), endpoints));
    }

    /** Outside of the API everything is for anyone unless a route says otherwise; unknown paths there are no secret. */
    private static boolean takesNoCredential(RouteTable.Match match, Request request) {
        return switch (match) {
            case RouteTable.Match.Found found -> found.route().action() == Action.PUBLIC;
            case RouteTable.Match.OtherMethods _ -> !request.isApi();
            case RouteTable.Match.Nothing _ -> !request.isApi();
        };
    }

    /** Without a credential a caller learns nothing, not even whether the path exists. */
    private static Authenticated requireCredential(Authenticated who) {
        if (AccessPolicy.decide(who.caller(), Action.SELF, new Resource.Platform()) instanceof Decision.Deny deny) {
            throw RefusedException.of(deny);
        }
        return who;
    }
}
