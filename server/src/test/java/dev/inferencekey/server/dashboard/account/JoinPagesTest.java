package dev.inferencekey.server.dashboard.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.dashboard.TestBrowser;
import dev.inferencekey.server.dashboard.TestBrowser.Shown;
import dev.inferencekey.server.dashboard.TestDashboard;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.manager.invitation.InvitationService;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class JoinPagesTest {
    private final TestDashboard dashboard = new TestDashboard();
    private final TestBrowser stranger = dashboard.stranger();
    private Project acme;

    @BeforeEach
    void aProject() {
        acme = dashboard.project("acme");
    }

    @AfterEach
    void stop() {
        dashboard.close();
    }

    private Shown join(String link, String email) {
        return stranger.postAsIs(
                "/join", Map.of("invitation", link, "email", email, "password", TestDashboard.PASSWORD));
    }

    private String invite(Role role, @Nullable String email) {
        return dashboard
                .plane
                .invitations()
                .invite(TestDashboard.OPERATOR, acme, role, email)
                .credential()
                .reveal();
    }

    @Test
    void theFirstLinkMakesTheOwnerOnce() {
        assertThat(stranger.postAsIs("/join/offer", Map.of("invitation", dashboard.ownerLink))
                        .expect(200)
                        .body())
                .contains("Set up the owner account")
                .doesNotContain(dashboard.ownerLink);

        join(dashboard.ownerLink, "ann@example.com").expect(303);

        assertThat(join(dashboard.ownerLink, "mallory@example.com").expect(404).body())
                .contains("used already or has expired");
        assertThat(dashboard.plane.setUp().ensure("node")).isEmpty();
    }

    @Test
    void aStartMakesANewLinkAndTheOneBeforeIsVoid() {
        String fresh = dashboard.plane.setUp().ensure("node").orElseThrow().reveal();

        join(dashboard.ownerLink, "ann@example.com").expect(404);
        join(fresh, "ann@example.com").expect(303);
    }

    @Test
    void aLinkOfTheOperatorForOneAddressSaysThatItReplacesThePassword() {
        dashboard.as(acme, Role.OWNER);
        String link = dashboard
                .plane
                .invitations()
                .inviteOwner(TestDashboard.OPERATOR, "owner@acme.example")
                .credential()
                .reveal();

        assertThat(stranger.postAsIs("/join/offer", Map.of("invitation", link))
                        .expect(200)
                        .body())
                .contains("The link is for owner@acme.example", "gets the password that you choose here");
        stranger.postAsIs(
                        "/join",
                        Map.of("invitation", link, "email", "owner@acme.example", "password", "a better horse battery"))
                .expect(303);
        stranger.postAsIs("/sign-in", Map.of("email", "owner@acme.example", "password", TestDashboard.PASSWORD))
                .expect(401);
    }

    @Test
    void aLinkExpires() {
        String link = invite(Role.VIEWER, null);
        dashboard.time.advance(InvitationService.LIFETIME);

        join(link, "ann@example.com").expect(404);
        join(dashboard.ownerLink, "ann@example.com").expect(404);
    }

    @Test
    void ofManyWhoOpenOneLinkAtOnceExactlyOneGetsIn() throws Exception {
        String link = invite(Role.ADMIN, null);
        List<Callable<Integer>> all = IntStream.range(0, 8)
                .<Callable<Integer>>mapToObj(
                        i -> () -> join(link, "person" + i + "@example.com").status())
                .toList();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<Integer>> answers = threads.invokeAll(all);
            int in = 0;
            for (Future<Integer> answer : answers) {
                in += answer.get() == 303 ? 1 : 0;
            }
            assertThat(in).isEqualTo(1);
        }
        assertThat(dashboard
                        .plane
                        .members()
                        .list(acme, dev.inferencekey.server.ports.store.PageRequest.first())
                        .items())
                .hasSize(1);
    }

    @Test
    void anInvitationForOneAddressIsForNobodyElse() {
        String link = invite(Role.DEVELOPER, "ann@example.com");

        assertThat(join(link, "mallory@example.com").expect(400).body())
                .contains("email must be the address that was invited");
        join(link, "Ann@Example.com").expect(303);
    }

    @Test
    void whoHasAnAccountNeedsItsPasswordAndKeepsTheStrongerRole() {
        dashboard.as(acme, Role.ADMIN);
        String link = invite(Role.VIEWER, null);

        stranger.postAsIs(
                        "/join",
                        Map.of("invitation", link, "email", "admin@acme.example", "password", "a guessed password"))
                .expect(401);
        join(link, "admin@acme.example").expect(303);

        assertThat(dashboard
                        .plane
                        .members()
                        .list(acme, dev.inferencekey.server.ports.store.PageRequest.first())
                        .items())
                .singleElement()
                .satisfies(member -> assertThat(member.role()).isEqualTo(Role.ADMIN));
    }

    @Test
    void anAdminInvitesButMakesNoOwners() {
        TestBrowser admin = dashboard.as(acme, Role.ADMIN);
        String path = "/projects/acme/settings/invitations";

        assertThat(admin.post(path, Map.of("role", "developer")).expect(200).body())
                .containsPattern("/join#ik_invite_[0-9a-f]{8}_[0-9a-f]{64}");
        admin.post(path, Map.of("role", "owner")).expect(403);
        assertThat(admin.get("/projects/acme/settings").expect(200).body()).doesNotContainPattern("_[0-9a-f]{64}");
    }

    @Test
    void aWithdrawnInvitationIsVoid() {
        String link = invite(Role.VIEWER, null);
        TestBrowser admin = dashboard.as(acme, Role.ADMIN);

        admin.post("/projects/acme/settings/invitations/" + link.substring(10, 18) + "/withdraw", Map.of())
                .expect(303);

        join(link, "ann@example.com").expect(404);
    }

    @Test
    void aPasswordThatIsTooShortIsToldBesideTheField() {
        assertThat(stranger.postAsIs(
                                "/join",
                                Map.of(
                                        "invitation",
                                        invite(Role.VIEWER, null),
                                        "email",
                                        "ann@example.com",
                                        "password",
                                        "short"))
                        .expect(400)
                        .body())
                .contains("password must have 12 to 512 characters");
    }

    @Test
    void anExpiredOfferIsForgottenByTheNext() {
        invite(Role.VIEWER, null);
        dashboard.time.advance(InvitationService.LIFETIME.plus(Duration.ofDays(1)));
        invite(Role.VIEWER, null);

        assertThat(dashboard.plane.invitations().list(acme)).hasSize(1);
    }
}
