package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.project.User;
import dev.inferencekey.server.manager.ApiClient.Reply;
import dev.inferencekey.server.manager.access.SessionCredential;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class SessionApiTest {
    private final TestManager manager = new TestManager();

    @AfterEach
    void stop() {
        manager.close();
    }

    private Reply signIn(String email, String password) {
        return manager.api.post("/api/sessions", Map.of("email", email, "password", password));
    }

    @Test
    void theOwnerOfTheFirstStartSignsInAndMayDoEverything() {
        Reply session = signIn(manager.owner.email(), manager.owner.password()).expect(201);

        assertThat(session.json().get("user"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("email", "owner@example.com")
                .containsEntry("tenant_owner", true);
        assertThat(session.text("expires_at")).isEqualTo("2026-06-15T21:12:44Z");
        ApiClient owner = manager.api.bearer(session.text("session"));
        assertThat(owner.get("/api/whoami").expect(200).json())
                .containsEntry("kind", "human")
                .containsEntry("email", "owner@example.com");
        owner.post("/api/projects", Map.of("name", "Acme")).expect(201);
    }

    @Test
    void theFirstStartHappensOnce() {
        assertThat(manager.plane.setUp().ensure("node")).isEmpty();
        assertThat(manager.owner.toString()).doesNotContain(manager.owner.password());
    }

    @Test
    void addressesAreComparedWithoutRegardToCase() {
        signIn("Owner@Example.COM", manager.owner.password()).expect(201);
    }

    @Test
    void aWrongPasswordAndAnUnknownAddressAnswerTheSameAfterTheSameWork() {
        int before = manager.passwords.verifications.get();

        Reply wrong = signIn(manager.owner.email(), "wrong").expect(401, "invalid_token");
        Reply unknown = signIn("nobody@example.com", "wrong").expect(401, "invalid_token");

        assertThat(unknown.text("message")).isEqualTo(wrong.text("message"));
        assertThat(manager.passwords.verifications.get() - before).isEqualTo(2);
    }

    @Test
    void tooManyAttemptsAreTurnedAwayUntilSomeTimeHasPassed() {
        for (int i = 0; i < 10; i++) {
            signIn(manager.owner.email(), "wrong " + i).expect(401);
        }
        int hashed = manager.passwords.verifications.get();

        Reply refused = signIn(manager.owner.email(), manager.owner.password()).expect(429, "rate_limit_exceeded");

        assertThat(refused.header("Retry-After")).contains("30");
        assertThat(manager.passwords.verifications).hasValue(hashed);
        signIn("someone.else@example.com", "wrong").expect(401);
        manager.time.advance(Duration.ofSeconds(31));
        signIn(manager.owner.email(), manager.owner.password()).expect(201);
    }

    @Test
    void oneAddressCanNotTryManyAccountsWithoutEnd() {
        for (int i = 0; i < 60; i++) {
            signIn("nobody" + i + "@example.com", "wrong").expect(401);
        }

        signIn("nobody60@example.com", "wrong").expect(429, "rate_limit_exceeded");

        manager.api
                .header("X-Forwarded-For", "192.0.2.9")
                .post("/api/sessions", Map.of("email", "nobody@example.com", "password", "wrong"))
                .expect(401);
    }

    private Reply signInFrom(String address, String email, String password) {
        return manager.api
                .header("X-Forwarded-For", address)
                .post("/api/sessions", Map.of("email", email, "password", password));
    }

    @Test
    void allAddressesOfOneIpv6NetworkShareTheirAttempts() {
        for (int i = 0; i < 10; i++) {
            signInFrom("2001:db8:0:1::" + i, manager.owner.email(), "wrong").expect(401);
        }

        signInFrom("2001:db8:0:1:ffff::1", manager.owner.email(), "wrong").expect(429, "rate_limit_exceeded");
        signInFrom("2001:db8:0:2::1", manager.owner.email(), "wrong").expect(401);
    }

    @Test
    void oneAccountCanNotBeGuessedFromManyNetworksWithoutEnd() {
        int checked = 0;
        for (int i = 0; i < 100; i++) {
            checked += signInFrom("198.51.100." + i, manager.owner.email(), "wrong")
                                    .status()
                            == 401
                    ? 1
                    : 0;
        }

        assertThat(checked).isEqualTo(30);
        signInFrom("198.51.100.7", "someone.else@example.com", "wrong").expect(401);
    }

    @Test
    void guessesFromManyNetworksKeepNobodyOutWhoWasThereBefore() {
        signInFrom("2001:db8:0:1::1", manager.owner.email(), manager.owner.password())
                .expect(201);
        for (int i = 0; i < 100; i++) {
            signInFrom("198.51.100." + i, manager.owner.email(), "wrong");
        }

        signInFrom("198.51.100.200", manager.owner.email(), manager.owner.password())
                .expect(429);
        signInFrom("2001:db8:0:1::2", manager.owner.email(), manager.owner.password())
                .expect(201);
        manager.time.advance(Duration.ofMinutes(1));
        signInFrom("198.51.100.200", manager.owner.email(), manager.owner.password())
                .expect(201);
    }

    @Test
    void onAFullDiskPeopleSignInAndGuessesCountAsWell() {
        manager.store.fillDisk("the disk is full");
        signIn(manager.owner.email(), manager.owner.password()).expect(201);

        for (int i = 0; i < 10; i++) {
            signIn(manager.owner.email(), "wrong " + i).expect(503);
        }

        signIn(manager.owner.email(), manager.owner.password()).expect(429, "rate_limit_exceeded");
        manager.time.advance(Duration.ofSeconds(31));
        signIn(manager.owner.email(), manager.owner.password()).expect(201);
    }

    @Test
    void whatWasTypedIntoTheWrongFieldIsNotKept() {
        String credential = "ik_live_a1b2c3d4_" + "0123456789abcdef".repeat(4);
        signIn("p@ssw0rd-of-mine", "ann").expect(401);
        signIn(credential + "@example.com", "wrong").expect(400, "invalid_request");

        assertThat(manager.asOperator().get("/api/audit").body()).doesNotContain("p@ssw0rd", credential.substring(17));
        assertThat(manager.asOperator().get("/api/audit?action=session.refused").list())
                .singleElement()
                .satisfies(event -> assertThat(event).containsEntry("details", Map.of("email", "unknown")));
    }

    @Test
    void aCredentialInTheNameOfAProgramIsRedactedBeforeItIsKept() {
        String credential = "ik_sdk_a1b2c3d4_" + "0123456789abcdef".repeat(4);
        Reply session = manager.api
                .header("User-Agent", "curl " + credential)
                .post("/api/sessions", Map.of("email", manager.owner.email(), "password", manager.owner.password()))
                .expect(201);

        assertThat(manager.api
                        .bearer(session.text("session"))
                        .get("/api/sessions")
                        .list())
                .extracting(one -> one.get("user_agent"))
                .contains("curl ik_sdk_a1b2c3d4…");
    }

    @Test
    void aSessionEndsAfterTwelveHoursHoweverMuchItIsUsed() {
        ApiClient owner = manager.asOwner();
        for (int hour = 0; hour < 11; hour++) {
            manager.time.advance(Duration.ofHours(1));
            owner.get("/api/whoami").expect(200);
        }
        manager.time.advance(Duration.ofHours(1));

        owner.get("/api/whoami").expect(401, "invalid_token");
    }

    @Test
    void signingOutEndsThatSessionOnly() {
        ApiClient one = manager.asOwner();
        ApiClient two = manager.asOwner();

        one.delete("/api/sessions/current").expect(204);

        one.get("/api/whoami").expect(401, "invalid_token");
        two.get("/api/whoami").expect(200);
    }

    @Test
    void signingInWorksWithAStaleCookieOrCredential() {
        Map<String, String> body = Map.of("email", manager.owner.email(), "password", manager.owner.password());

        manager.api
                .header("Cookie", "ik_session=ik_session_a1b2c3d4_" + "0".repeat(64))
                .post("/api/sessions", body)
                .expect(201);
        manager.api.bearer("stale").post("/api/sessions", body).expect(201);
    }

    @Test
    void programsThatSignInGetNoCookie() {
        Reply session = signIn(manager.owner.email(), manager.owner.password()).expect(201);

        assertThat(session.header("Set-Cookie")).isEmpty();
        assertThat(session.json()).containsOnlyKeys("session", "user", "expires_at");
    }

    @Test
    void changesByCookieNeedTheCsrfTokenAndReadingDoesNot() {
        SessionCredential session = manager.browserSession();
        ApiClient browser = manager.api
                .header("User-Agent", "Test/1")
                .header("Cookie", "theme=dark; ik_session=" + session.reveal());
        Map<String, String> project = Map.of("name", "Acme");

        browser.get("/api/projects").expect(200);
        browser.post("/api/projects", project).expect(403, "csrf_token_missing");
        browser.header("X-CSRF-Token", "guess").post("/api/projects", project).expect(403, "csrf_token_missing");
        browser.header("X-CSRF-Token", session.csrfToken().reveal(manager.random))
                .post("/api/projects", project)
                .expect(201);
    }

    @Test
    void aSessionThatTurnsUpInAnotherBrowserIsEndedAndNotedOnce() {
        SessionCredential session = manager.browserSession();
        ApiClient browser = manager.browser(session);
        ApiClient thief = browser.header("User-Agent", "Thief/1").header("X-Forwarded-For", "192.0.2.66");
        browser.get("/api/whoami").expect(200);

        thief.get("/api/whoami").expect(401, "invalid_token");
        thief.get("/api/whoami").expect(401, "invalid_token");

        assertThat(browser.get("/api/whoami").expect(401, "invalid_token").text("message"))
                .contains("another browser", "updated", "change your password");
        endedAndNotedOnce(session.publicId(), "192.0.2.66");
    }

    @Test
    void aBrowsersSessionThatIsShownAsABearerCredentialIsRefusedEndedAndNotedOnce() {
        SessionCredential session = manager.browserSession();
        ApiClient browser = manager.browser(session);
        ApiClient thief = manager.api.header("X-Forwarded-For", "192.0.2.66").bearer(session.reveal());
        browser.get("/api/whoami").expect(200);

        thief.post("/api/projects", Map.of("name", "Acme")).expect(401, "invalid_token");
        thief.get("/api/whoami").expect(401, "invalid_token");

        assertThat(browser.get("/api/whoami").expect(401, "invalid_token").text("message"))
                .contains("another browser or program", "change your password");
        endedAndNotedOnce(session.publicId(), "192.0.2.66");
    }

    @Test
    void aProgramsSessionThatIsShownAsACookieIsRefusedEndedAndNotedOnce() {
        String session = signIn(manager.owner.email(), manager.owner.password()).text("session");
        ApiClient program = manager.api.bearer(session);
        ApiClient thief = manager.api.header("X-Forwarded-For", "192.0.2.66").header("Cookie", "ik_session=" + session);
        program.get("/api/whoami").expect(200);

        thief.get("/api/whoami").expect(401, "invalid_token");
        thief.get("/api/whoami").expect(401, "invalid_token");

        program.get("/api/whoami").expect(401, "invalid_token");
        endedAndNotedOnce(session.substring(11, 19), "192.0.2.66");
    }

    private void endedAndNotedOnce(String id, String from) {
        assertThat(manager.asOperator().get("/api/audit?action=session.refused").list())
                .singleElement()
                .satisfies(event -> assertThat(event)
                        .containsEntry("actor", "anonymous")
                        .containsEntry("from", from)
                        .containsEntry("target", id)
                        .containsEntry("details", Map.of("email", manager.owner.email(), "reason", "other_browser")));
    }

    @Test
    void aProgramThatIsNotHeardOfForTwoHoursIsSignedOutAsABrowserIs() {
        String session = signIn(manager.owner.email(), manager.owner.password()).text("session");
        ApiClient program = manager.api.bearer(session);
        for (int i = 0; i < 3; i++) {
            manager.time.advance(Duration.ofMinutes(110));
            program.get("/api/whoami").expect(200);
        }
        manager.time.advance(Duration.ofHours(2));

        assertThat(program.get("/api/whoami").expect(401, "invalid_token").text("message"))
                .contains("inactivity");
        assertThat(manager.asOwner().get("/api/sessions").expect(200).list())
                .extracting(one -> one.get("id"))
                .doesNotContain(session.substring(11, 19));
    }

    @Test
    void onlyWhoShowsTheWholeSessionIsToldWhyItEnded() {
        SessionCredential session = manager.browserSession();
        manager.browser(session)
                .header("User-Agent", "Thief/1")
                .get("/api/whoami")
                .expect(401);

        assertThat(manager.api
                        .bearer(session.reveal().substring(0, 20) + "0".repeat(64))
                        .get("/api/whoami")
                        .expect(401, "invalid_token")
                        .text("message"))
                .contains("unknown or has ended")
                .doesNotContain("browser");
    }

    @Test
    void whileTheStoreIsAwayASessionInAnotherBrowserIsRefusedAndEndsLater() {
        ApiClient thief = manager.browser(manager.browserSession()).header("User-Agent", "Thief/1");

        manager.store.failWritesWith("the disk is full");
        assertThat(thief.get("/api/whoami").expect(401, "invalid_token").text("message"))
                .contains("began in another browser");
        manager.store.failWith("the store is away");
        thief.get("/api/whoami").expect(503, "store_unavailable");
        manager.store.recover();

        assertThat(thief.get("/api/whoami").expect(401, "invalid_token").text("message"))
                .contains("has been ended");
    }

    @Test
    void peopleSeeTheirOwnSignInsNewestFirst() {
        manager.asMember(manager.project("acme"), Role.VIEWER);
        manager.asOwner();
        manager.time.advance(Duration.ofMinutes(5));
        Reply session = manager.api
                .header("User-Agent", "Test/2")
                .post("/api/sessions", Map.of("email", manager.owner.email(), "password", manager.owner.password()));

        assertThat(manager.api
                        .bearer(session.text("session"))
                        .get("/api/sessions")
                        .expect(200)
                        .list())
                .extracting(one -> one.get("from"), one -> one.get("user_agent"), one -> one.get("current"))
                .startsWith(tuple("127.0.0.1", "Test/2", true))
                .endsWith(tuple("192.0.2.1", "Test/1", false))
                // The third is that of the first start.
                .hasSize(3);
    }

    @Test
    void aSignInIsEndedByWhoseItIsAndLooksAbsentToEverybodyElse() {
        ApiClient owner = manager.asOwner();
        ApiClient other = manager.asOwner();
        ApiClient stranger = manager.asMember(manager.project("acme"), Role.OWNER);
        String id = currentId(other);

        Reply foreign = stranger.delete("/api/sessions/" + id).expect(404, "not_found");
        Reply absent = stranger.delete("/api/sessions/00000000").expect(404, "not_found");
        assertThat(foreign.text("message").replace(id, ""))
                .isEqualTo(absent.text("message").replace("00000000", ""));
        other.get("/api/whoami").expect(200);

        assertThat(owner.delete("/api/sessions/" + id).expect(204).header("Set-Cookie"))
                .isEmpty();
        other.get("/api/whoami").expect(401, "invalid_token");
        owner.delete("/api/sessions/" + id).expect(404, "not_found");
        assertThat(owner.delete("/api/sessions/" + currentId(owner)).expect(204).header("Set-Cookie"))
                .hasValueSatisfying(cookie -> assertThat(cookie).contains("Max-Age=0"));
        owner.get("/api/whoami").expect(401, "invalid_token");
    }

    @Test
    void signingOutEverywhereEndsThisSessionTooAndForgetsTheCookie() {
        ApiClient owner = manager.asOwner();
        ApiClient other = manager.asOwner();
        ApiClient stranger = manager.asMember(manager.project("acme"), Role.OWNER);

        assertThat(owner.delete("/api/sessions").expect(204).header("Set-Cookie"))
                .hasValueSatisfying(cookie -> assertThat(cookie).startsWith("ik_session=; Path=/; Max-Age=0"));

        owner.get("/api/whoami").expect(401, "invalid_token");
        other.get("/api/whoami").expect(401, "invalid_token");
        stranger.get("/api/whoami").expect(200);
    }

    @Test
    void aNewPasswordNeedsThePresentOneAndEndsTheOtherSignIns() {
        ApiClient owner = manager.asOwner();
        ApiClient other = manager.asOwner();
        String wanted = "a better horse battery";

        assertThat(owner.put("/api/password", Map.of("password", "a guess", "new_password", wanted))
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("password");
        assertThat(owner.put("/api/password", Map.of("password", manager.owner.password(), "new_password", "short"))
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("new_password");
        other.get("/api/whoami").expect(200);

        owner.put("/api/password", Map.of("password", manager.owner.password(), "new_password", wanted))
                .expect(204);

        owner.get("/api/whoami").expect(200);
        other.get("/api/whoami").expect(401, "invalid_token");
        signIn(manager.owner.email(), manager.owner.password()).expect(401, "invalid_token");
        signIn(manager.owner.email(), wanted).expect(201);
        assertThat(manager.asOperator()
                        .get("/api/audit?action=user.password_changed")
                        .list())
                .hasSize(1);
    }

    @Test
    void whoSignsInThroughAProviderHasNoPasswordToChangeAndIsToldSo() {
        User person = manager.store.write(session -> {
            String tenant = session.projects().firstTenant().orElseThrow().id();
            User made = new User("usr_sso", tenant, "ann@example.com", null, false, manager.time.instant());
            session.users().insert(made);
            return made;
        });
        SessionCredential session = manager.plane
                .signIns()
                .signInIdentified(person, "sso", TestManager.ORIGIN)
                .credential();
        ApiClient ann = manager.browser(session)
                .header("X-CSRF-Token", session.csrfToken().reveal(manager.random));

        assertThat(ann.put("/api/password", Map.of("password", "any", "new_password", "a better horse battery"))
                        .expect(400, "invalid_request")
                        .text("message"))
                .contains("your account has no password");
    }

    @Test
    void thePresentPasswordCanNotBeGuessedFasterThanAtTheSignIn() {
        ApiClient owner = manager.asOwner();
        for (int i = 0; i < 10; i++) {
            owner.put("/api/password", Map.of("password", "guess " + i, "new_password", "a better horse battery"))
                    .expect(400);
        }

        owner.put(
                        "/api/password",
                        Map.of("password", manager.owner.password(), "new_password", "a better horse battery"))
                .expect(429, "rate_limit_exceeded");
    }

    @Test
    void onlyPeopleHaveSignInsAndAPassword() {
        ApiClient token = manager.as(manager.token(manager.project("acme")));
        for (ApiClient caller : List.of(manager.asOperator(), token)) {
            assertThat(caller.get("/api/sessions")
                            .expect(403, "scope_insufficient")
                            .text("message"))
                    .contains("this takes a signed-in person");
            caller.delete("/api/sessions").expect(403, "scope_insufficient");
            caller.delete("/api/sessions/00000000").expect(403, "scope_insufficient");
            caller.put("/api/password", Map.of("password", "x", "new_password", "a better horse battery"))
                    .expect(403, "scope_insufficient");
        }
    }

    @Test
    void changingOnesAccountByCookieNeedsTheCsrfToken() {
        SessionCredential session = manager.browserSession();
        ApiClient browser = manager.browser(session);

        browser.get("/api/sessions").expect(200);
        browser.delete("/api/sessions").expect(403, "csrf_token_missing");
        browser.header("X-CSRF-Token", session.csrfToken().reveal(manager.random))
                .delete("/api/sessions")
                .expect(204);
    }

    private static String currentId(ApiClient person) {
        return person.get("/api/sessions").expect(200).list().stream()
                .filter(session -> Boolean.TRUE.equals(session.get("current")))
                .map(session -> String.valueOf(session.get("id")))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aRoleHoldsFromTheNextRequestOn() {
        Project acme = manager.project("acme");
        ApiClient viewer = manager.asMember(acme, Role.VIEWER);
        String userId = manager.asOperator()
                        .get("/api/projects/acme/members")
                        .list()
                        .getFirst()
                        .get("user_id") + "";
        viewer.post("/api/projects/acme/keys", Map.of("name", "web", "grants", List.of("acme/*")))
                .expect(403, "scope_insufficient");

        manager.asOperator()
                .patch("/api/projects/acme/members/" + userId, Map.of("role", "developer"))
                .expect(200);

        viewer.post("/api/projects/acme/keys", Map.of("name", "web", "grants", List.of("acme/*")))
                .expect(201);
    }

    @Test
    void whoAmITellsATokenItsProjectAndScopes() {
        Project acme = manager.project("acme");
        var minted = manager.token(acme);

        assertThat(manager.as(minted).get("/api/whoami").expect(200).json())
                .containsOnly(
                        Map.entry("kind", "control_token"),
                        Map.entry("public_id", minted.credential().publicId()),
                        Map.entry("project_slug", "acme"),
                        Map.entry("scopes", List.of("workload:write", "assignment:write")));
    }

    @Test
    void signingInAndOutAndFailingToAreAudited() {
        ApiClient owner = manager.asOwner();
        signIn(manager.owner.email(), "wrong").expect(401);
        owner.delete("/api/sessions/current").expect(204);

        assertThat(manager.asOperator().get("/api/audit?action=session.").list())
                .extracting(event -> event.get("action"))
                .containsExactly("session.ended", "session.refused", "session.created", "session.created");
    }
}
