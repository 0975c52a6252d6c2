package dev.inferencekey.server.manager.invitation;

import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.project.Invitation;
import dev.inferencekey.server.domain.project.Invitation.Place;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.Accounts;
import dev.inferencekey.server.manager.service.RefusedException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /api/projects/{project}/invitations} and {@code /api/owner-links}. A link is in the answer that makes it and nowhere else. */
public final class InvitationRoutes {
    private static final String INVITATIONS = "/api/projects/{project}/invitations";
    private static final String ROLES =
            Arrays.stream(Role.values()).map(Role::wire).collect(Collectors.joining(", "));

    private final InvitationService invitations;

    public InvitationRoutes(InvitationService invitations) {
        this.invitations = invitations;
    }

    public List<Route> routes() {
        return List.of(
                Route.project("GET", INVITATIONS, Action.MEMBER_READ, this::list),
                Route.project("POST", INVITATIONS, Action.MEMBER_WRITE, this::invite),
                Route.project("DELETE", INVITATIONS + "/{invitation_id}", Action.MEMBER_WRITE, this::withdraw),
                Route.platform("POST", "/api/owner-links", Action.OWNER_INVITE, this::inviteOwner));
    }

    private Answer list(Exchange exchange) {
        return Answer.ok(invitations.list(exchange.project()).stream()
                .map(InvitationRoutes::json)
                .toList());
    }

    private Answer invite(Exchange exchange) {
        JsonFields fields = exchange.fields();
        fields.refuseUnknown(List.of("role", "email"));
        Role role = Role.fromWire(fields.requiredText("role", 32))
                .orElseThrow(() -> fields.wrong("role", "must be one of " + ROLES));
        return minted(
                exchange,
                invitations.invite(
                        exchange.requester(),
                        exchange.project(),
                        role,
                        fields.nonBlankText("email", Accounts.MAX_EMAIL_LENGTH)));
    }

    private Answer withdraw(Exchange exchange) {
        String id = exchange.variable("invitation_id");
        if (!invitations.withdraw(exchange.requester(), exchange.project(), id)) {
            throw RefusedException.notFound("there is no invitation \"" + JsonFields.show(id) + "\" into project \""
                    + exchange.project().slug() + "\"; it may have been accepted");
        }
        return Answer.noContent();
    }

    private Answer inviteOwner(Exchange exchange) {
        JsonFields fields = exchange.fieldsIfAny();
        fields.refuseUnknown(List.of("email"));
        return minted(
                exchange,
                invitations.inviteOwner(exchange.requester(), fields.nonBlankText("email", Accounts.MAX_EMAIL_LENGTH)));
    }

    private static Answer minted(Exchange exchange, InvitationService.Minted minted) {
        Map<String, @Nullable Object> json = json(minted.invitation());
        json.put("link", minted.link(exchange.baseUrl()));
        return Answer.json(201, json);
    }

    private static Map<String, @Nullable Object> json(Invitation invitation) {
        Map<String, @Nullable Object> json = Json.object("id", invitation.id(), "email", invitation.email());
        if (invitation.place() instanceof Place.InProject in) {
            json.put("role", in.role().wire());
        }
        json.put("created_by", invitation.createdBy());
        json.put("created_at", invitation.createdAt().toString());
        json.put("expires_at", invitation.expiresAt().toString());
        return json;
    }
}
