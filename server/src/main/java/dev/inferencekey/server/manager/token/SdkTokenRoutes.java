package dev.inferencekey.server.manager.token;

import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.credential.CredentialSearch;
import dev.inferencekey.server.domain.credential.IssuedSdkToken;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.CredentialJson;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Query;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.Lifetime;
import dev.inferencekey.server.manager.service.Names;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.TokenFilter;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /api/projects/{project}/tokens}. */
public final class SdkTokenRoutes {
    private interface Change {
        SdkTokenService.Changed make(Requester by, Project project, String id);
    }

    private static final String TOKENS = "/api/projects/{project}/tokens";
    private static final String ONE = TOKENS + "/{token_id}";
    private static final String SCOPES =
            Arrays.stream(Scope.values()).map(Scope::wire).collect(Collectors.joining(", "));

    private final SdkTokenService tokens;
    private final Clock clock;

    public SdkTokenRoutes(SdkTokenService tokens, Clock clock) {
        this.tokens = tokens;
        this.clock = clock;
    }

    public List<Route> routes() {
        return List.of(
                Route.project("GET", TOKENS, Action.TOKEN_READ, this::list)
                        .withQuery(Set.of("limit", "cursor", "search", "state")),
                Route.project("POST", TOKENS, Action.TOKEN_WRITE, this::mint),
                Route.project(
                        "GET",
                        ONE,
                        Action.TOKEN_READ,
                        exchange -> Answer.ok(json(tokens.get(exchange.project(), id(exchange))))),
                change("/revoke", tokens::revoke),
                change("/disable", tokens::disable),
                change("/enable", tokens::enable),
                Route.project("POST", ONE + "/rotate", Action.TOKEN_WRITE, this::rotate));
    }

    private Answer list(Exchange exchange) {
        Query query = exchange.query();
        PageRequest page = query.page();
        CredentialSearch search = CredentialSearch.ofTokens("search", query.text("search", ""));
        TokenFilter filter = new TokenFilter(search, CredentialJson.stateAsked(query));
        // What was pasted must not come back in a link.
        return exchange.withParameter("search", search == null ? null : search.text())
                .list(page, tokens.list(exchange.project(), filter, page), this::json);
    }

    private Answer mint(Exchange exchange) {
        JsonFields fields = exchange.fields();
        fields.refuseUnknown(List.of("name", "scopes", "expires_at"));
        SdkTokenService.Minted minted = tokens.mint(
                exchange.requester(),
                exchange.project(),
                fields.requiredText("name", Names.MAX_LENGTH),
                scopes(fields),
                CredentialJson.expiresAt(fields));
        Map<String, @Nullable Object> json = json(minted.token());
        json.put("credential", minted.credential().reveal());
        return Answer.created(
                "/api/projects/" + exchange.project().slug() + "/tokens/"
                        + minted.token().id(),
                json);
    }

    private Answer rotate(Exchange exchange) {
        SdkTokenService.Rotated rotated = tokens.rotate(
                exchange.requester(), exchange.project(), id(exchange), CredentialJson.overlap(exchange.fieldsIfAny()));
        Map<String, @Nullable Object> json = json(rotated.token());
        json.put("credential", rotated.credential().reveal());
        json.put("propagation", CredentialJson.propagationIfKnown(rotated.receipt()));
        return Answer.ok(json);
    }

    private Route change(String path, Change change) {
        return Route.project("POST", ONE + path, Action.TOKEN_WRITE, exchange -> {
            CredentialJson.requireNoFields(exchange.fieldsIfAny());
            SdkTokenService.Changed changed = change.make(exchange.requester(), exchange.project(), id(exchange));
            Map<String, @Nullable Object> json = json(changed.token());
            json.put("propagation", CredentialJson.propagation(changed.receipt()));
            return Answer.ok(json);
        });
    }

    private static @Nullable Set<Scope> scopes(JsonFields fields) {
        List<String> texts = fields.texts("scopes", Scope.values().length * 2, 64);
        if (texts == null) {
            return null;
        }
        EnumSet<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (int i = 0; i < texts.size(); i++) {
            String field = "scopes[" + i + "]";
            scopes.add(Scope.fromWire(texts.get(i)).orElseThrow(() -> fields.wrong(field, "must be one of " + SCOPES)));
        }
        return scopes;
    }

    private static String id(Exchange exchange) {
        return exchange.variable("token_id");
    }

    private Map<String, @Nullable Object> json(IssuedSdkToken token) {
        Map<String, @Nullable Object> json = Json.object(
                "id", token.id(),
                "public_id", token.currentSecret().publicId(),
                "name", token.name(),
                "project_slug", token.projectSlug(),
                "scopes", token.scopes().stream().sorted().map(Scope::wire).toList(),
                "state", Lifetime.shownState(token.state(), token.expiresAt(), clock.now()),
                "expires_at", CredentialJson.time(token.expiresAt()),
                "created_at", token.createdAt().toString(),
                "created_by", token.createdBy());
        CredentialJson.putSecrets(json, token.secrets());
        return json;
    }
}
