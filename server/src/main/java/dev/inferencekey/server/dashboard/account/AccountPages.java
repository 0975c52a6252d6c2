package dev.inferencekey.server.dashboard.account;

import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Problem;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.project.UserSession;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.FormFields;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.session.SessionCookie;
import dev.inferencekey.server.manager.session.SignInService;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A person's own account: sign-ins, password, appearance. */
public final class AccountPages {
    private final Pages pages;
    private final SignInService signIns;

    public AccountPages(Pages pages, SignInService signIns) {
        this.pages = pages;
        this.signIns = signIns;
    }

    /**
     * What the template shows.
     *
     * @param currentSession the sign-in that asks
     * @param passwordChanged whether it just was
     */
    public record View(
            List<UserSession> sessions,
            String currentSession,
            boolean passwordChanged,
            @Nullable Problem problem) {}

    public List<Route> routes() {
        return List.of(
                Route.platform("GET", "/account", Action.ACCOUNT, exchange -> show(exchange, 200, false, null)),
                Route.platform("POST", "/account/password", Action.ACCOUNT, this::changePassword),
                Route.platform("POST", "/account/sessions/{session_id}/end", Action.ACCOUNT, this::end),
                Route.platform("POST", "/account/sessions/end-all", Action.ACCOUNT, this::endAll));
    }

    private Answer changePassword(Exchange exchange) {
        FormFields form = exchange.form();
        Problem.Outcome<Boolean> outcome = Problem.attempt(() -> {
            signIns.changePassword(
                    exchange.requester(),
                    me(exchange).email(),
                    form.text("password"),
                    form.text("new_password"),
                    exchange.origin(),
                    exchange.who().sessionId());
            return true;
        });
        return switch (outcome) {
            case Problem.Outcome.Done<Boolean> _ -> show(exchange, 200, true, null);
            case Problem.Outcome.Wrong<Boolean> wrong ->
                show(exchange, wrong.problem().status(), false, wrong.problem());
        };
    }

    private Answer end(Exchange exchange) {
        String sessionId = exchange.variable("session_id");
        signIns.endSession(exchange.requester(), me(exchange).userId(), sessionId);
        return Pages.goTo(exchange, "/account");
    }

    private Answer endAll(Exchange exchange) {
        signIns.endAllSessions(exchange.requester(), me(exchange).userId());
        return Pages.goTo(exchange, "/sign-in").withHeader("Set-Cookie", SessionCookie.forgetting(exchange));
    }

    private Answer show(Exchange exchange, int status, boolean passwordChanged, @Nullable Problem problem) {
        String current = exchange.who().sessionId();
        return pages.show(
                exchange,
                status,
                Section.ACCOUNT,
                "Your account",
                "account/account.jte",
                new View(
                        signIns.sessions(me(exchange).userId()),
                        current == null ? "" : current,
                        passwordChanged,
                        problem));
    }

    private static Caller.Human me(Exchange exchange) {
        if (exchange.who().caller() instanceof Caller.Human human) {
            return human;
        }
        throw new IllegalStateException("pages are for signed-in people");
    }
}
