package dev.inferencekey.server.manager.member;

import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.project.Member;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.Accounts;
import dev.inferencekey.server.ports.store.PageRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /api/projects/{project}/members}. */
public final class MemberRoutes {
    private static final String MEMBERS = "/api/projects/{project}/members";
    private static final String ONE = MEMBERS + "/{user_id}";
    private static final String ROLES =
            Arrays.stream(Role.values()).map(Role::wire).collect(Collectors.joining(", "));

    private final MemberService members;

    public MemberRoutes(MemberService members) {
        this.members = members;
    }

    public List<Route> routes() {
        return List.of(
                Route.project("GET", MEMBERS, Action.MEMBER_READ, this::list).withQuery(Route.PAGING),
                Route.project("POST", MEMBERS, Action.MEMBER_WRITE, this::add),
                Route.project("PATCH", ONE, Action.MEMBER_WRITE, this::changeRole),
                Route.project("DELETE", ONE, Action.MEMBER_WRITE, this::remove));
    }

    private Answer list(Exchange exchange) {
        PageRequest page = exchange.query().page();
        return exchange.list(page, members.list(exchange.project(), page), MemberRoutes::json);
    }

    private Answer add(Exchange exchange) {
        JsonFields fields = exchange.fields();
        fields.refuseUnknown(List.of("email", "role", "initial_password"));
        Member member = members.add(
                exchange.requester(),
                exchange.project(),
                fields.requiredText("email", Accounts.MAX_EMAIL_LENGTH),
                role(fields),
                fields.text("initial_password", Accounts.MAX_PASSWORD_LENGTH));
        return Answer.created(
                "/api/projects/" + exchange.project().slug() + "/members/" + member.userId(), json(member));
    }

    private Answer changeRole(Exchange exchange) {
        JsonFields fields = exchange.fields();
        fields.refuseUnknown(List.of("role"));
        return Answer.ok(json(members.changeRole(
                exchange.requester(), exchange.project(), exchange.variable("user_id"), role(fields))));
    }

    private Answer remove(Exchange exchange) {
        members.remove(exchange.requester(), exchange.project(), exchange.variable("user_id"));
        return Answer.noContent();
    }

    private static Role role(JsonFields fields) {
        return Role.fromWire(fields.requiredText("role", 32))
                .orElseThrow(() -> fields.wrong("role", "must be one of " + ROLES));
    }

    private static Map<String, @Nullable Object> json(Member member) {
        return Json.object(
                "user_id", member.userId(),
                "email", member.email(),
                "role", member.role().wire(),
                "created_at", member.createdAt().toString());
    }
}
