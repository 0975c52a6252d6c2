package dev.inferencekey.server.dashboard.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.dashboard.TestBrowser;
import dev.inferencekey.server.dashboard.TestBrowser.Shown;
import dev.inferencekey.server.dashboard.TestDashboard;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class SignInPagesTest {
    private final TestDashboard dashboard = new TestDashboard();
    private final TestBrowser stranger = dashboard.stranger();
    private Project acme;
    private TestBrowser viewer;

    @BeforeEach
    void aViewer() {
        acme = dashboard.project("acme");
        viewer = dashboard.as(acme, Role.VIEWER);
    }

    @AfterEach
    void stop() {
        dashboard.close();
    }

    private Map<String, String> form(String password, String next) {
        return Map.of("email", "viewer@acme.example", "password", password, "next", next);
    }

    @Test
    void whoIsNotSignedInComesToTheSignInAndFromThereBack() {
        Shown refused = stranger.get("/projects/acme/keys").expect(303);
        assertThat(refused.location()).isEqualTo("/sign-in?next=%2Fprojects%2Facme%2Fkeys");

        Shown in = stranger.postAsIs("/sign-in", form(TestDashboard.PASSWORD, "/projects/acme/keys"))
                .expect(303);
        assertThat(in.location()).isEqualTo("/signed-in?next=%2Fprojects%2Facme%2Fkeys");
        assertThat(in.headers().firstValue("Set-Cookie").orElse(""))
                .matches("ik_session=ik_session_[0-9a-f]{8}_[0-9a-f]{64}; Path=/; Max-Age=43200; HttpOnly;"
                        + " SameSite=Lax; Secure");
        assertThat(viewer.get("/signed-in?next=/projects/acme/keys").expect(303).location())
                .isEqualTo("/projects/acme/keys");
    }

    @Test
    void onlySafariOnTheServersOwnMachineIsSparedASecureCookieThatItWouldNotKeep() {
        TestBrowser safari = stranger.header("User-Agent", "Mozilla/5.0 (Macintosh) Version/26.1 Safari/605.1.15");
        Map<String, String> form = form(TestDashboard.PASSWORD, "/");

        assertThat(safari.postAsIs("/sign-in", form).headers().firstValue("Set-Cookie"))
                .hasValueSatisfying(cookie -> assertThat(cookie).endsWith("; SameSite=Lax"));
        assertThat(safari.header("X-Forwarded-Proto", "https")
                        .postAsIs("/sign-in", form)
                        .headers()
                        .firstValue("Set-Cookie"))
                .hasValueSatisfying(cookie -> assertThat(cookie).endsWith("; Secure"));
    }

    @Test
    void aWrongPasswordIsToldInTheFormAndNeverComesBack() {
        Shown page =
                stranger.postAsIs("/sign-in", form("a wrong password", "/")).expect(401);

        assertThat(page.body()).contains("the e-mail address or the password is wrong", "viewer@acme.example");
        assertThat(page.body()).doesNotContain("a wrong password");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//evil.example",
                "/\\evil.example",
                "https://evil.example/",
                "javascript:alert(1)",
                "/ok\r\nSet-Cookie: x=y",
                ""
            })
    void nobodyIsLedElsewhereAfterSigningIn(String next) {
        assertThat(stranger.postAsIs("/sign-in", form(TestDashboard.PASSWORD, next))
                        .expect(303)
                        .location())
                .isEqualTo("/signed-in?next=%2Fprojects");
    }

    @Test
    void aBrowserThatKeepsNoCookieIsToldSo() {
        assertThat(dashboard
                        .stranger()
                        .header("X-Forwarded-Proto", "https")
                        .get("/sign-in")
                        .expect(200)
                        .body())
                .contains("Sign in");
    }

    @ParameterizedTest
    @CsvSource({
        "Sec-Fetch-Site, cross-site",
        "Sec-Fetch-Site, same-site",
        "Origin, https://evil.example",
        "Origin, null",
        "Origin, http://127.0.0.1"
    })
    void anotherSitesPageCanNotSignAnybodyIn(String header, String value) {
        stranger.header(header, value)
                .postAsIs("/sign-in", form(TestDashboard.PASSWORD, "/"))
                .expect(403);
    }

    @Test
    void aChangeWithoutThePagesTokenIsRefused() {
        TestBrowser owner = dashboard.as(acme, Role.OWNER);
        Map<String, String> key = Map.of("name", "Forged", "access", "entire", "expiry", "never");
        Map<String, String> guessed = new HashMap<>(key);
        guessed.put("csrf_token", "0".repeat(128));

        owner.postAsIs("/projects/acme/keys", key).expect(403);
        owner.postAsIs("/projects/acme/keys", guessed).expect(403);
        assertThat(owner.get("/projects/acme/keys").body()).doesNotContain("Forged");
        owner.post("/projects/acme/keys", key).expect(200);
    }

    @Test
    void aSessionThatIsLeftAloneEndsAndOneThatIsUsedDoesNot() {
        for (int i = 0; i < 4; i++) {
            dashboard.time.advance(Duration.ofHours(1));
            viewer.get("/projects").expect(200);
        }
        dashboard.time.advance(Duration.ofHours(2));
        viewer.get("/projects").expect(303);
    }

    @Test
    void anOpenPageThatStaysCurrentByItselfKeepsNobodySignedIn() {
        TestBrowser openPage = viewer.header("X-Page-Refresh", "true").header("HX-Request", "true");
        for (int i = 0; i < 3; i++) {
            openPage.get("/projects/acme").expect(200);
            dashboard.time.advance(Duration.ofMinutes(40));
        }
        Shown ended = openPage.get("/projects/acme").expect(204);

        assertThat(ended.headers().firstValue("HX-Redirect")).hasValue("/sign-in");
        viewer.get("/projects").expect(303);
    }

    @Test
    void aStolenCookieIsOfNoUseInAnotherBrowser() {
        viewer.header("User-Agent", "Thief/1").get("/projects").expect(303);
        viewer.header("User-Agent", "Thief/1").get("/projects").expect(303);

        viewer.get("/projects").expect(303);
        assertThat(viewer.get("/sign-in").expect(200).body())
                .contains("was used by another browser", "your browser was updated", "change your password");
        assertThat(stranger.get("/sign-in").expect(200).body()).doesNotContain("another browser");
    }

    @Test
    void afterAnUpdateOfTheBrowserItsPersonSignsInAgainAndGoesOn() {
        TestBrowser updated = viewer.header("User-Agent", "Test/2");
        Shown refused = updated.get("/projects/acme/keys").expect(303);

        assertThat(updated.get(refused.location()).expect(200).body()).contains("just sign in again");
        assertThat(updated.postAsIs("/sign-in", form(TestDashboard.PASSWORD, "/projects/acme/keys"))
                        .expect(303)
                        .location())
                .isEqualTo("/signed-in?next=%2Fprojects%2Facme%2Fkeys");
    }

    @Test
    void aCredentialIsNoWayIntoAPage() {
        String token = dashboard
                .plane
                .tokens()
                .mint(TestDashboard.OPERATOR, acme, "deploy", null, null)
                .credential()
                .reveal();

        stranger.header("Authorization", "Bearer " + token)
                .get("/projects/acme")
                .expect(303);
    }

    @Test
    void signInsAreListedAndEndedOneByOneOrAllAtOnce() {
        assertThat(viewer.get("/account").expect(200).body()).contains("this one", "Test/1");
        Shown in =
                stranger.postAsIs("/sign-in", form(TestDashboard.PASSWORD, "/")).expect(303);
        String other = in.headers().firstValue("Set-Cookie").orElseThrow().substring(22, 30);

        assertThat(viewer.get("/account").body()).contains("/account/sessions/" + other + "/end");
        viewer.post("/account/sessions/" + other + "/end", Map.of()).expect(303);
        assertThat(viewer.get("/account").body()).doesNotContain(other);

        viewer.post("/account/sessions/end-all", Map.of()).expect(303);
        viewer.get("/account").expect(303);
    }

    @Test
    void aNewPasswordNeedsThePresentOne() {
        Map<String, String> wrong = Map.of("password", "not the present one", "new_password", "another long password");
        Map<String, String> right = Map.of("password", TestDashboard.PASSWORD, "new_password", "another long password");

        assertThat(viewer.post("/account/password", wrong).expect(400).body())
                .contains("this is not your present password");
        viewer.post("/account/password", right).expect(200);
        stranger.postAsIs("/sign-in", form(TestDashboard.PASSWORD, "/")).expect(401);
        stranger.postAsIs("/sign-in", form("another long password", "/")).expect(303);
    }

    @Test
    void whatGoesWrongAtTheProviderIsAPageAndShowsItsTextAsText() {
        Shown page = stranger.get("/sign-in/sso/callback?state=x&error=%3Cscript%3Ealert(1)%3C%2Fscript%3E");

        assertThat(page.status()).isBetween(400, 499);
        assertThat(page.body()).contains("<h1>").doesNotContain("<script>alert");
    }

    @Test
    void whatIsForbiddenIsAPageThatSaysWhy() {
        assertThat(viewer.get("/projects/acme/tokens/new").expect(403).body())
                .contains("the role viewer in this project does not cover this");
        assertThat(viewer.get("/installation").expect(403).body()).contains("owner of the whole installation");
    }
}
