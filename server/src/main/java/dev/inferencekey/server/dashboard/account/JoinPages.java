package dev.inferencekey.server.dashboard.account;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Problem;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.project.Invitation;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.FormFields;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.invitation.InvitationService;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.session.SessionCookie;
import dev.inferencekey.server.manager.session.SignInService;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Accepting an invitation; the first one makes the owner of the installation. The link carries its secret behind the {@code #}, which browsers
 * send nowhere; the page's script moves it into the form and out of the address.
 */
public final class JoinPages {
    private final Pages pages;
    private final InvitationService invitations;

    public JoinPages(Pages pages, InvitationService invitations) {
        this.pages = pages;
        this.invitations = invitations;
    }

    /** What the template shows; neither the link's secret nor a password ever comes back. */
    public record View(
            String email,
            @Nullable Invitation offer,
            @Nullable Problem problem) {}

    public List<Route> routes() {
        return List.of(
                Route.platform(
                        "GET", "/join", Action.PUBLIC, exchange -> show(exchange, 200, new View("", null, null))),
                Route.platform("POST", "/join/offer", Action.PUBLIC, this::offer),
                Route.platform("POST", "/join", Action.PUBLIC, this::accept));
    }

    /** What the link offers, before anything is filled in. */
    private Answer offer(Exchange exchange) {
        String credential = exchange.form().text("invitation").strip();
        try {
            return show(exchange, 200, new View("", invitations.find(credential), null));
        } catch (RefusedException e) {
            return refused(exchange, "", e);
        }
    }

    private Answer accept(Exchange exchange) {
        FormFields form = exchange.form();
        String email = form.text("email");
        try {
            SignInService.SignedIn signedIn = invitations.accept(
                    form.text("invitation").strip(), email, form.text("password"), exchange.origin());
            return Pages.goTo(exchange, "/signed-in")
                    .withHeader("Set-Cookie", SessionCookie.keeping(exchange, signedIn.credential()));
        } catch (RefusedException e) {
            return refused(exchange, email, e);
        } catch (InvalidFieldException e) {
            return show(
                    exchange, 400, new View(email, null, new Problem(e.field(), String.valueOf(e.getMessage()), 400)));
        }
    }

    private Answer refused(Exchange exchange, String email, RefusedException e) {
        if (e.code() == ErrorCode.STORE_UNAVAILABLE) {
            throw e;
        }
        String field = e.field();
        int status = e.code().status();
        return show(exchange, status, new View(email, null, new Problem(field == null ? "" : field, e.text(), status)));
    }

    private Answer show(Exchange exchange, int status, View view) {
        return pages.show(exchange, status, Section.NONE, "Join", "account/join.jte", view);
    }
}
