package dev.inferencekey.server.manager.sso;

import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Query;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.session.SessionCookie;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code /sign-in/sso}: what browsers are sent through. Not part of the API, so it answers redirects, and failures as a page to
 * those who ask for one.
 */
public final class SignOnBrowserRoutes {
    private static final String START = "/sign-in/sso";

    /** Sent to these two paths alone; Lax, since the provider sends the browser here from another site. */
    private static final String COOKIE_ATTRIBUTES =
            "; Path=" + START + "; Max-Age=" + PendingSignIn.LIFETIME.toSeconds() + "; HttpOnly; SameSite=Lax";

    private final SingleSignOnService signOn;

    public SignOnBrowserRoutes(SingleSignOnService signOn) {
        this.signOn = signOn;
    }

    public List<Route> routes() {
        return List.of(
                Route.platform("GET", START, Action.PUBLIC, this::begin).withQuery(Set.of("next")),
                // Providers add parameters of their own, which the protocol says to ignore.
                Route.platform("GET", SingleSignOnService.CALLBACK_PATH, Action.PUBLIC, this::complete)
                        .withQuery(Query.ANY));
    }

    private Answer begin(Exchange exchange) {
        SingleSignOnService.Begun begun =
                signOn.begin(exchange.baseUrl(), exchange.query().text("next"), cookie(exchange));
        return redirect(302, begun.authorizationUrl().toString())
                .withHeader(
                        "Set-Cookie",
                        PendingCookie.NAME + "=" + begun.cookie() + COOKIE_ATTRIBUTES + SessionCookie.secure(exchange));
    }

    private Answer complete(Exchange exchange) {
        Query query = exchange.query();
        SingleSignOnService.Completed completed = signOn.complete(
                new SingleSignOnService.Callback(
                        query.text("state"), query.text("code"), query.text("iss"), query.text("error")),
                cookie(exchange),
                exchange.origin());
        return redirect(303, completed.next())
                .withHeader(
                        "Set-Cookie",
                        SessionCookie.keeping(exchange, completed.signedIn().credential()));
    }

    /** The address of an answer holds the code and the state, which are nobody else's business. */
    private static Answer redirect(int status, String location) {
        return new Answer.Whole(status, Map.of("Location", location, "Referrer-Policy", "no-referrer"), new byte[0]);
    }

    private static @Nullable String cookie(Exchange exchange) {
        String name = PendingCookie.NAME + "=";
        return exchange.request().headerValues("cookie").stream()
                .flatMap(header -> Arrays.stream(header.split(";")))
                .map(String::strip)
                .filter(pair -> pair.startsWith(name))
                .map(pair -> pair.substring(name.length()))
                .findFirst()
                .orElse(null);
    }
}
