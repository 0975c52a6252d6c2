package dev.inferencekey.server.dashboard.project;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.dashboard.page.Pages;
import dev.inferencekey.server.dashboard.page.Problem;
import dev.inferencekey.server.dashboard.page.Shell.Section;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.project.Invitation;
import dev.inferencekey.server.domain.project.Member;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.manager.ControlPlane;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.FormFields;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.invitation.InvitationService;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A project's settings: who belongs to it, who is invited, and its end. */
public final class SettingsPages {
    private static final String SETTINGS = "/projects/{project}/settings";
    private static final int PAGE = 100;

    private final Pages pages;
    private final ControlPlane plane;

    public SettingsPages(Pages pages, ControlPlane plane) {
        this.pages = pages;
        this.plane = plane;
    }

    /**
     * What the template shows.
     *
     * @param link the link of an invitation that was just made, shown this once; null if none was
     */
    public record View(
            Page<Member> members,
            List<Invitation> invitations,
            String email,
            String role,
            @Nullable String link,
            @Nullable Problem problem) {
        /** The roles that can be chosen, weakest first. */
        public List<Role> roles() {
            return List.of(Role.VIEWER, Role.DEVELOPER, Role.ADMIN, Role.OWNER);
        }

        /** What a role may do, in words. */
        public static String meaning(Role role) {
            return switch (role) {
                case VIEWER -> "sees workloads, keys, tokens, usage and prices; changes nothing";
                case DEVELOPER -> "also declares workloads and makes API keys; reads the audit trail";
                case ADMIN -> "also makes SDK tokens, upstream secrets and members; sets prices";
                case OWNER -> "also makes other owners, and deletes the project";
            };
        }
    }

    /** Who belongs to the project, and who may come to it. */
    private record People(Page<Member> members, List<Invitation> invitations) {
        static People of(ControlPlane plane, Exchange exchange) {
            PageRequest page = new PageRequest(PAGE, exchange.query().page().after());
            return new People(
                    plane.members().list(exchange.project(), page),
                    plane.invitations().list(exchange.project()));
        }

        People with(Invitation newest) {
            return new People(
                    members,
                    Stream.concat(Stream.of(newest), invitations.stream()).toList());
        }
    }

    public List<Route> routes() {
        return List.of(
                Route.project("GET", SETTINGS, Action.MEMBER_READ, this::show).withQuery(Pages.query("cursor")),
                Route.project(
                        "POST",
                        SETTINGS + "/invitations",
                        Action.MEMBER_WRITE,
                        exchange -> pages.once(exchange, made -> invite(exchange, made))),
                Route.project(
                        "POST",
                        SETTINGS + "/invitations/{invitation_id}/withdraw",
                        Action.MEMBER_WRITE,
                        this::withdraw),
                Route.project("POST", SETTINGS + "/name", Action.PROJECT_WRITE, this::rename),
                Route.project("POST", SETTINGS + "/members/{user_id}/role", Action.MEMBER_WRITE, this::changeRole),
                Route.project("POST", SETTINGS + "/members/{user_id}/remove", Action.MEMBER_WRITE, this::remove),
                Route.project("POST", SETTINGS + "/delete", Action.PROJECT_DELETE, this::delete));
    }

    private Answer show(Exchange exchange) {
        return show(exchange, FormFields.none(), null, null);
    }

    private Answer show(Exchange exchange, FormFields form, @Nullable String link, @Nullable Problem problem) {
        return show(exchange, People.of(plane, exchange), form, link, problem);
    }

    private Answer show(
            Exchange exchange, People people, FormFields form, @Nullable String link, @Nullable Problem problem) {
        String role = form.given("role");
        View view = new View(
                people.members(),
                people.invitations(),
                form.text("email"),
                role == null ? Role.DEVELOPER.wire() : role,
                link,
                problem);
        return pages.show(
                exchange,
                problem == null ? 200 : problem.status(),
                Section.SETTINGS,
                "Settings",
                "project/settings.jte",
                view);
    }

    private Answer invite(Exchange exchange, Consumer<String> made) {
        FormFields form = exchange.form();
        // Read before: a store that goes away once the invitation is stored must not take its link with it.
        People before = People.of(plane, exchange);
        return switch (Problem.attempt(() -> plane.invitations()
                .invite(exchange.requester(), exchange.project(), role(form), form.given("email")))) {
            case Problem.Outcome.Done<InvitationService.Minted> done -> {
                made.accept(settings(exchange));
                yield show(
                        exchange,
                        before.with(done.result().invitation()),
                        FormFields.none(),
                        done.result().link(exchange.baseUrl()),
                        null);
            }
            case Problem.Outcome.Wrong<InvitationService.Minted> wrong ->
                show(exchange, before, form, null, wrong.problem());
        };
    }

    private Answer rename(Exchange exchange) {
        String name = exchange.form().text("name");
        return after(exchange, () -> plane.projects().rename(exchange.requester(), exchange.project(), name));
    }

    private Answer withdraw(Exchange exchange) {
        plane.invitations().withdraw(exchange.requester(), exchange.project(), exchange.variable("invitation_id"));
        return Pages.goTo(exchange, settings(exchange));
    }

    private Answer changeRole(Exchange exchange) {
        Role role = role(exchange.form());
        return after(
                exchange,
                () -> plane.members()
                        .changeRole(exchange.requester(), exchange.project(), exchange.variable("user_id"), role));
    }

    private Answer remove(Exchange exchange) {
        return after(exchange, () -> {
            plane.members().remove(exchange.requester(), exchange.project(), exchange.variable("user_id"));
            return true;
        });
    }

    /** Deleting takes typing the project's slug: nobody does that by a slip. */
    private Answer delete(Exchange exchange) {
        if (!exchange.form()
                .text("confirmation")
                .strip()
                .equals(exchange.project().slug())) {
            return show(
                    exchange,
                    FormFields.none(),
                    null,
                    new Problem("confirmation", "type the project's slug to delete it", 400));
        }
        plane.projects()
                .delete(
                        exchange.requester(),
                        exchange.project(),
                        exchange.form().ticked("end_streams"));
        return Pages.goTo(exchange, "/projects");
    }

    private <T> Answer after(Exchange exchange, Supplier<T> change) {
        return switch (Problem.attempt(change)) {
            case Problem.Outcome.Done<T> _ -> Pages.goTo(exchange, settings(exchange));
            case Problem.Outcome.Wrong<T> wrong -> show(exchange, FormFields.none(), null, wrong.problem());
        };
    }

    private static Role role(FormFields form) {
        return Role.fromWire(form.text("role"))
                .orElseThrow(() -> new RefusedException(ErrorCode.INVALID_REQUEST, "choose a role"));
    }

    private static String settings(Exchange exchange) {
        return "/projects/" + exchange.project().slug() + "/settings";
    }
}
