package dev.inferencekey.server.manager.session;

import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.manager.access.SessionCredential;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.Accounts;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code /api/sessions} and {@code /api/whoami}. */
public final class SessionRoutes {
    private final SignInService signIns;

    public SessionRoutes(SignInService signIns) {
        this.signIns = signIns;
    }

    public List<Route> routes() {
        return List.of(
                Route.platform("POST", "/api/sessions", Action.PUBLIC, this::signIn),
                Route.platform("DELETE", "/api/sessions/current", Action.SELF, this::signOut),
                Route.platform("GET", "/api/whoami", Action.SELF, SessionRoutes::whoAmI));
    }

    private Answer signIn(Exchange exchange) {
        JsonFields fields = exchange.fields();
        fields.refuseUnknown(List.of("email", "password"));
        SignInService.SignedIn signedIn = signIns.signIn(
                fields.requiredText("email", Accounts.MAX_EMAIL_LENGTH),
                fields.requiredText("password", Accounts.MAX_PASSWORD_LENGTH),
                exchange.from());
        Map<String, @Nullable Object> json = Json.object(
                "session", signedIn.credential().reveal(),
                "csrf_token", signedIn.csrfToken().reveal(),
                "user",
                        Json.object(
                                "id", signedIn.user().id(),
                                "email", signedIn.user().email(),
                                "tenant_owner", signedIn.user().tenantOwner()),
                "expires_at", signedIn.expiresAt().toString());
        String cookie = cookie(exchange, signedIn.credential().reveal(), SignInService.LIFETIME.toSeconds());
        return Answer.json(201, json).withHeader("Set-Cookie", cookie);
    }

    private Answer signOut(Exchange exchange) {
        String sessionId = exchange.who().sessionId();
        if (sessionId != null) {
            signIns.signOut(exchange.requester(), sessionId);
        }
        return Answer.noContent().withHeader("Set-Cookie", cookie(exchange, "", 0));
    }

    /** Lax, so that a link from elsewhere finds the person signed in, while changes from elsewhere come without the cookie. */
    private static String cookie(Exchange exchange, String value, long maxAgeSeconds) {
        boolean https = "https".equals(exchange.baseUrl().getScheme());
        return SessionCredential.COOKIE + "=" + value + "; Path=/; Max-Age=" + maxAgeSeconds
                + "; HttpOnly; SameSite=Lax" + (https ? "; Secure" : "");
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
