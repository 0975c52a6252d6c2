package dev.inferencekey.server.dashboard.account;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.dashboard.page.Links;
import dev.inferencekey.server.dashboard.page.LocalPath;
import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Problem;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.project.UserSession;
import dev.inferencekey.server.domain.signon.SignOnSettings;
import dev.inferencekey.server.manager.access.HijackedSessions;
import dev.inferencekey.server.manager.access.SessionCredential;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.FormFields;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.session.SessionCookie;
import dev.inferencekey.server.manager.session.SignInService;
import dev.inferencekey.server.manager.sso.SingleSignOnService;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Signing in with a password, and out. */
public final class SignInPages {
    private static final String HOME = "/projects";

    private final Pages pages;
    private final SignInService signIns;
    private final SingleSignOnService signOn;
    private final HijackedSessions hijacked;

    public SignInPages(Pages pages, SignInService signIns, SingleSignOnService signOn, HijackedSessions hijacked) {
        this.pages = pages;
        this.signIns = signIns;
        this.signOn = signOn;
        this.hijacked = hijacked;
    }

    /**
     * What the template shows; a password never comes back.
     *
     * @param signOn the text of the button for single sign-on, empty without one
     * @param wasHijacked whether this browser's sign-in was ended because another browser had it
     */
    public record View(
            String email,
            String next,
            Optional<String> signOn,
            boolean wasHijacked,
            @Nullable Problem problem) {
        /** Where single sign-on begins. */
        public String signOnPath() {
            return Links.none().with("next", next).on("/sign-in/sso");
        }
    }

    /** What the page without a kept cookie shows. */
    public record CookieView(boolean encrypted) {}

    public List<Route> routes() {
        return List.of(
                Route.platform("GET", "/", Action.SELF, exchange -> Pages.goTo(exchange, HOME)),
                Route.platform("GET", "/sign-in", Action.PUBLIC, this::form).withQuery(Set.of("next")),
                Route.platform("POST", "/sign-in", Action.PUBLIC, this::signIn),
                Route.platform("GET", "/signed-in", Action.PUBLIC, this::signedIn)
                        .withQuery(Set.of("next")),
                Route.platform("POST", "/sign-out", Action.SELF, this::signOut));
    }

    private Answer form(Exchange exchange) {
        return show(exchange, 200, "", next(exchange.query().text("next")), null);
    }

    private Answer signIn(Exchange exchange) {
        FormFields form = exchange.form();
        String email = form.text("email");
        String next = next(form.text("next"));
        try {
            SignInService.SignedIn signedIn =
                    signIns.signIn(email, form.text("password"), UserSession.Kind.COOKIE, exchange.origin());
            return Pages.goTo(exchange, "/signed-in?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8))
                    .withHeader("Set-Cookie", SessionCookie.keeping(exchange, signedIn.credential()));
        } catch (RefusedException e) {
            if (e.code() == ErrorCode.STORE_UNAVAILABLE) {
                throw e;
            }
            int status = e.code().status();
            Answer answer = show(exchange, status, email, next, new Problem("", e.text(), status));
            return answer.withHeader("Retry-After", e.headers().get("Retry-After"));
        } catch (InvalidFieldException e) {
            return show(exchange, 400, email, next, new Problem(e.field(), String.valueOf(e.getMessage()), 400));
        }
    }

    /** Finds out whether the browser kept the cookie: without it, signing in would seem to do nothing. */
    private Answer signedIn(Exchange exchange) {
        boolean kept = SessionCredential.inCookies(exchange.request().headerValues("cookie"))
                .isPresent();
        return kept
                ? Pages.goTo(exchange, next(exchange.query().text("next")))
                : pages.show(
                        exchange,
                        Section.NONE,
                        "Your browser did not keep the sign-in",
                        "account/nocookie.jte",
                        new CookieView("https".equals(exchange.baseUrl().getScheme())));
    }

    private Answer signOut(Exchange exchange) {
        String sessionId = exchange.who().sessionId();
        if (sessionId != null) {
            signIns.signOut(exchange.requester(), sessionId);
        }
        return Pages.goTo(exchange, "/sign-in").withHeader("Set-Cookie", SessionCookie.forgetting(exchange));
    }

    private Answer show(Exchange exchange, int status, String email, String next, @Nullable Problem problem) {
        Optional<String> button = signOn.settings().map(SignOnSettings::buttonText);
        return pages.show(
                exchange,
                status,
                Section.NONE,
                "Sign in",
                "account/signin.jte",
                new View(email, next, button, wasHijacked(exchange), problem));
    }

    private boolean wasHijacked(Exchange exchange) {
        return SessionCredential.inCookies(exchange.request().headerValues("cookie"))
                .flatMap(SessionCredential::parse)
                .filter(hijacked::wasEnded)
                .isPresent();
    }

    private static String next(@Nullable String asked) {
        return LocalPath.orElse(asked, HOME);
    }
}
