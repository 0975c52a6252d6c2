package dev.inferencekey.server.manager.sso;

import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.signon.SignOnSettings;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.RefusedException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code /api/sso}. */
public final class SignOnRoutes {
    private static final String SETTINGS = "/api/sso/settings";

    private final SingleSignOnService signOn;

    public SignOnRoutes(SingleSignOnService signOn) {
        this.signOn = signOn;
    }

    public List<Route> routes() {
        return List.of(
                Route.platform("GET", "/api/sso", Action.PUBLIC, this::offer),
                Route.platform("GET", SETTINGS, Action.SIGN_ON_READ, this::settings),
                Route.platform("PUT", SETTINGS, Action.SIGN_ON_WRITE, this::configure),
                Route.platform("DELETE", SETTINGS, Action.SIGN_ON_WRITE, this::remove));
    }

    private Answer offer(Exchange exchange) {
        return Answer.ok(signOn.settings()
                .map(settings -> Json.object("enabled", true, "button_text", settings.buttonText()))
                .orElseGet(() -> Json.object("enabled", false)));
    }

    private Answer settings(Exchange exchange) {
        return Answer.ok(signOn.settings()
                .map(settings -> json(settings, exchange.baseUrl()))
                .orElseThrow(() -> RefusedException.notFound("single sign-on is not set up here")));
    }

    private Answer configure(Exchange exchange) {
        JsonFields fields = exchange.fields();
        fields.refuseUnknown(
                List.of("issuer", "client_id", "client_secret", "allowed_domains", "opens_accounts", "button_text"));
        List<String> domains =
                fields.texts("allowed_domains", SignOnRequest.MAX_DOMAINS, SignOnRequest.MAX_DOMAIN_LENGTH);
        SignOnRequest request = new SignOnRequest(
                fields.requiredText("issuer", SignOnRequest.MAX_LENGTH),
                fields.requiredText("client_id", SignOnRequest.MAX_LENGTH),
                fields.nonBlankText("client_secret", SignOnRequest.MAX_LENGTH),
                domains == null ? List.of() : domains,
                Boolean.TRUE.equals(fields.bool("opens_accounts")),
                Objects.requireNonNullElse(
                        fields.nonBlankText("button_text", SignOnRequest.MAX_BUTTON_LENGTH),
                        SignOnRequest.DEFAULT_BUTTON_TEXT));
        return Answer.ok(json(signOn.configure(exchange.requester(), request), exchange.baseUrl()));
    }

    private Answer remove(Exchange exchange) {
        signOn.remove(exchange.requester());
        return Answer.noContent();
    }

    private static Map<String, @Nullable Object> json(SignOnSettings settings, URI baseUrl) {
        return Json.object(
                "issuer", settings.issuer(),
                "client_id", settings.clientId(),
                "allowed_domains", settings.allowedDomains(),
                "opens_accounts", settings.opensAccounts(),
                "button_text", settings.buttonText(),
                "redirect_uri", SingleSignOnService.redirectUri(baseUrl).toString(),
                "updated_at", settings.updatedAt().toString());
    }
}
