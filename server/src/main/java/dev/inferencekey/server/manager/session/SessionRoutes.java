package dev.inferencekey.server.manager.session;

import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.project.UserSession;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.Accounts;
import dev.inferencekey.server.manager.service.RefusedException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code /api/sessions}, {@code /api/password} and {@code /api/whoami}. */
public final class SessionRoutes {
    private final SignInService signIns;

    public SessionRoutes(SignInService signIns) {
        this.signIns = signIns;
    }

    public List<Route> routes() {
        return List.of(
                Route.platform("POST", "/api/sessions", Action.PUBLIC, this::signIn),
                Route.platform("GET", "/api/sessions", Action.ACCOUNT, this::list),
                Route.platform("DELETE", "/api/sessions", Action.ACCOUNT, this::endAll),
                Route.platform("DELETE", "/api/sessions/current", Action.SELF, this::signOut),
                Route.platform("DELETE", "/api/sessions/{session_id}", Action.ACCOUNT, this::end),
                Route.platform("PUT", "/api/password", Action.ACCOUNT, this::changePassword),
                Route.platform("GET", "/api/whoami", Action.SELF, SessionRoutes::whoAmI));
    }

    private Answer signIn(Exchange exchange) {
        JsonFields fields = exchange.fields();
        fields.refuseUnknown(List.of("email", "password"));
        SignInService.SignedIn signedIn = signIns.signIn(
                fields.requiredText("email", Accounts.MAX_EMAIL_LENGTH),
                fields.requiredText("password", Accounts.MAX_PASSWORD_LENGTH),
                UserSession.Kind.BEARER,
                exchange.origin());
        Map<String, @Nullable Object> json = Json.object(
                "session", signedIn.credential().reveal(),
                "user",
                        Json.object(
                                "id", signedIn.user().id(),
                                "email", signedIn.user().email(),
                                "tenant_owner", signedIn.user().tenantOwner()),
                "expires_at", signedIn.expiresAt().toString());
        return Answer.json(201, json);
    }

    private Answer signOut(Exchange exchange) {
        String sessionId = exchange.who().sessionId();
        if (sessionId != null) {
            signIns.signOut(exchange.requester(), sessionId);
        }
        return signedOut(exchange);
    }

    private Answer list(Exchange exchange) {
        String current = exchange.who().sessionId();
        return Answer.ok(signIns.sessions(me(exchange).userId()).stream()
                .map(session -> Json.object(
                        "id", session.id(),
                        "user_agent", session.userAgent(),
                        "from", session.from(),
                        "created_at", session.createdAt().toString(),
                        "last_seen_at", session.lastSeenAt().toString(),
                        "expires_at", session.expiresAt().toString(),
                        "current", session.id().equals(current)))
                .toList());
    }

    private Answer end(Exchange exchange) {
        String sessionId = exchange.variable("session_id");
        if (!signIns.endSession(exchange.requester(), me(exchange).userId(), sessionId)) {
            throw RefusedException.notFound(
                    "you have no sign-in \"" + JsonFields.show(sessionId) + "\"; it may have ended");
        }
        return sessionId.equals(exchange.who().sessionId()) ? signedOut(exchange) : Answer.noContent();
    }

    private Answer endAll(Exchange exchange) {
        signIns.endAllSessions(exchange.requester(), me(exchange).userId());
        return signedOut(exchange);
    }

    private Answer changePassword(Exchange exchange) {
        JsonFields fields = exchange.fields();
        fields.refuseUnknown(List.of("password", "new_password"));
        signIns.changePassword(
                exchange.requester(),
                me(exchange).email(),
                fields.requiredText("password", Accounts.MAX_PASSWORD_LENGTH),
                fields.requiredText("new_password", Accounts.MAX_PASSWORD_LENGTH),
                exchange.origin(),
                exchange.who().sessionId());
        return Answer.noContent();
    }

    private static Answer signedOut(Exchange exchange) {
        return Answer.noContent().withHeader("Set-Cookie", SessionCookie.forgetting(exchange));
    }

    private static Caller.Human me(Exchange exchange) {
        if (exchange.who().caller() instanceof Caller.Human human) {
            return human;
        }
        throw new IllegalStateException("only people have an account");
    }

    private static Answer whoAmI(Exchange exchange) {
        return Answer.ok(
                switch (exchange.who().caller()) {
                    case Caller.Operator _ -> Json.object("kind", "operator");
                    case Caller.Human human -> {
                        Map<String, String> roles = new TreeMap<>();
                        human.roles().forEach((project, role) -> roles.put(project, role.wire()));
                        yield Json.object(
                                "kind",
                                "human",
                                "email",
                                human.email(),
                                "tenant_owner",
                                human.tenantOwner(),
                                "roles",
                                roles);
                    }
                    case Caller.ControlToken token ->
                        Json.object(
                                "kind", "control_token",
                                "public_id", token.publicId(),
                                "project_slug", token.projectSlug(),
                                "scopes",
                                        token.scopes().stream()
                                                .sorted()
                                                .map(Scope::wire)
                                                .toList());
                    case Caller.Anonymous _ -> throw new IllegalStateException("was refused before");
                    case Caller.DataKey _ -> throw new IllegalStateException("was refused before");
                });
    }
}
