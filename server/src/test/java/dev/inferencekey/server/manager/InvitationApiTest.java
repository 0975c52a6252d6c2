package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.manager.ApiClient.Reply;
import dev.inferencekey.server.manager.invitation.InvitationService;
import dev.inferencekey.server.manager.service.RefusedException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class InvitationApiTest {
    private static final String INVITATIONS = "/api/projects/acme/invitations";

    private final TestManager manager = new TestManager();
    private Project acme;

    @BeforeEach
    void aProject() {
        acme = manager.project("acme");
    }

    @AfterEach
    void stop() {
        manager.close();
    }

    /** The part of a link that is accepted. */
    private static String credential(Reply made) {
        String link = made.text("link");
        return link.substring(link.indexOf('#') + 1);
    }

    private void accept(Reply made, String email, String password) {
        manager.plane.invitations().accept(credential(made), email, password, TestManager.ORIGIN);
    }

    @Test
    void aLinkIsShownWhenItIsMadeAndNeverAgain() {
        ApiClient admin = manager.asMember(acme, Role.ADMIN);

        Reply made = admin.post(INVITATIONS, Map.of("role", "developer", "email", "Grace@Example.com"))
                .expect(201);

        assertThat(made.text("link")).matches("http://.*/join#ik_invite_[0-9a-f]{8}_[0-9a-f]{64}");
        assertThat(made.header("Cache-Control")).contains("no-store");
        assertThat(made.json())
                .containsEntry("email", "grace@example.com")
                .containsEntry("role", "developer")
                .containsEntry("created_by", "admin@acme.example");
        Reply listed = admin.get(INVITATIONS).expect(200);
        assertThat(listed.list())
                .singleElement()
                .satisfies(one ->
                        assertThat(one).containsEntry("id", made.text("id")).doesNotContainKey("link"));
        assertThat(listed.body()).doesNotContainPattern("[0-9a-f]{64}");

        accept(made, "grace@example.com", TestManager.PASSWORD);
        assertThat(admin.get(INVITATIONS).list()).isEmpty();
        manager.asPerson("grace@example.com", TestManager.PASSWORD)
                .get("/api/projects/acme")
                .expect(200);
    }

    @Test
    void aWithdrawnInvitationIsVoidAndThenGone() {
        ApiClient admin = manager.asMember(acme, Role.ADMIN);
        manager.project("other");
        Reply made = admin.post(INVITATIONS, Map.of("role", "viewer")).expect(201);
        String id = made.text("id");

        manager.asOperator().delete("/api/projects/other/invitations/" + id).expect(404, "not_found");
        admin.delete(INVITATIONS + "/" + id).expect(204);
        admin.delete(INVITATIONS + "/" + id).expect(404, "not_found");

        assertThat(admin.get(INVITATIONS).list()).isEmpty();
        assertThat(manager.asOperator().get("/api/audit?action=invitation.").list())
                .extracting(event -> event.get("action"))
                .startsWith("invitation.withdrawn", "invitation.created");
    }

    @Test
    void onlyAnOwnerInvitesAnOwnerAndWithdrawsTheInvitation() {
        ApiClient admin = manager.asMember(acme, Role.ADMIN);
        admin.post(INVITATIONS, Map.of("role", "owner")).expect(403, "scope_insufficient");
        Reply made = manager.asMember(acme, Role.OWNER)
                .post(INVITATIONS, Map.of("role", "owner"))
                .expect(201);

        admin.delete(INVITATIONS + "/" + made.text("id")).expect(403, "scope_insufficient");
        manager.asMember(acme, Role.VIEWER).get(INVITATIONS).expect(200);
    }

    @Test
    void whatIsWrongWithAnInvitationIsNamed() {
        ApiClient operator = manager.asOperator().unchecked();
        for (Map<String, String> body : List.of(Map.of("role", "king"), Map.of("email", "a@b.example"))) {
            assertThat(operator.post(INVITATIONS, body)
                            .expect(400, "invalid_request")
                            .text("field"))
                    .isEqualTo("role");
        }
        assertThat(operator.post(INVITATIONS, Map.of("role", "viewer", "email", "nobody"))
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("email");
    }

    @Test
    void anOwnerLinkMakesAnOwnerAndVoidsTheOneBefore() {
        Reply first = manager.asOwner().post("/api/owner-links").expect(201);
        Reply second = manager.asOperator().post("/api/owner-links", Map.of()).expect(201);

        assertThat(second.header("Cache-Control")).contains("no-store");
        assertThat(second.json()).doesNotContainKey("role");
        assertThat(accepts(first, "mallory@example.com")).isFalse();
        accept(second, "grace@example.com", TestManager.PASSWORD);
        assertThat(manager.asPerson("grace@example.com", TestManager.PASSWORD)
                        .get("/api/whoami")
                        .json())
                .containsEntry("tenant_owner", true);
        manager.time.advance(InvitationService.OWNER_LIFETIME);
        assertThat(accepts(second, "mallory@example.com")).isFalse();
    }

    @Test
    void anOwnerWhoLostThePasswordGetsAnotherByALinkOfTheOperator() {
        ApiClient before = manager.asOwner();
        Reply link = manager.asOperator()
                .post("/api/owner-links", Map.of("email", manager.owner.email()))
                .expect(201);

        assertThat(accepts(link, "mallory@example.com")).isFalse();
        accept(link, manager.owner.email(), "a better horse battery");

        before.get("/api/whoami").expect(401, "invalid_token");
        manager.asPerson(manager.owner.email(), "a better horse battery")
                .get("/api/whoami")
                .expect(200);
        assertThat(accepts(link, manager.owner.email())).isFalse();
        assertThat(manager.asOperator()
                        .get("/api/audit?action=user.password_changed")
                        .list())
                .singleElement()
                .satisfies(event -> assertThat(event)
                        .containsEntry("details", Map.of("email", manager.owner.email(), "how", "owner_link")));
    }

    @Test
    void aLinkForAnyAddressReplacesNoPassword() {
        Reply link = manager.asOperator().post("/api/owner-links").expect(201);

        assertThat(accepts(link, manager.owner.email())).isFalse();

        manager.asOwner().get("/api/whoami").expect(200);
    }

    @Test
    void noPersonMakesALinkThatReplacesThePasswordOfAnother() {
        manager.asOwner()
                .post("/api/owner-links", Map.of("email", "viewer@acme.example"))
                .expect(403, "scope_insufficient");
        manager.asMember(acme, Role.OWNER).post("/api/owner-links").expect(403, "scope_insufficient");
        manager.as(manager.token(acme)).post("/api/owner-links").expect(403, "scope_insufficient");
    }

    private boolean accepts(Reply made, String email) {
        try {
            accept(made, email, "some other password");
            return true;
        } catch (RefusedException e) {
            return false;
        }
    }
}
