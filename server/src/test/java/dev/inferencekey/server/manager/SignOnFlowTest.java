package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.manager.ApiClient.Reply;
import dev.inferencekey.server.manager.HostileProvider.Signature;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signing in through a provider, by people who mean well. */
@Tag("slow")
class SignOnFlowTest extends SignOnFixture {
    @Test
    void onAFullDiskPeopleSignInToTakePowerAway() {
        configure();
        browser.signIn().expect(303);
        manager.store.fillDisk("the disk is full");

        assertThat(browser.whoAmI(browser.signIn())).isEqualTo("ann@example.com");
    }

    @Test
    void signsInAPersonWhoHasAnAccountAndGoesOnToTheStartPage() {
        configure();

        Reply back = browser.signIn().expect(303);

        assertThat(back.header("Location")).contains("/");
        assertThat(back.header("Set-Cookie"))
                .hasValueSatisfying(cookie -> assertThat(cookie)
                        .matches("ik_session=ik_session_[0-9a-f]{8}_[0-9a-f]{64}; Path=/; Max-Age=43200; HttpOnly;"
                                + " SameSite=Lax; Secure"));
        assertThat(back.header("Referrer-Policy")).contains("no-referrer");
        assertThat(back.header("Cache-Control")).contains("no-store");
        assertThat(browser.whoAmI(back)).isEqualTo("ann@example.com");
    }

    @Test
    void asksTheProviderForNothingButWhatItNeeds() {
        configure();

        assertThat(browser.begin())
                .startsWith(provider.issuer + "/authorize?")
                .contains("response_type=code", "scope=openid+email", "code_challenge_method=S256", "nonce=")
                .contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A" + manager.server.port()
                        + "%2Fsign-in%2Fsso%2Fcallback")
                .doesNotContain(HostileProvider.CLIENT_SECRET);
    }

    @Test
    void auditsTheFirstSignInWithItsLinkAndLaterOnesWithout() {
        configure();

        browser.signIn().expect(303);
        browser.signIn().expect(303);

        assertThat(events("user.linked")).hasSize(1);
        assertThat(audited("user.linked")).containsEntry("how", "sso").containsEntry("email", "ann@example.com");
        assertThat(events("session.created"))
                .filteredOn(event -> "ann@example.com".equals(event.get("actor")))
                .hasSize(2)
                .allSatisfy(event -> assertThat(event)
                        .containsEntry("from", "127.0.0.1")
                        .containsEntry("details", Map.of("how", "sso")));
    }

    @Test
    void goesOnToThePathThatThePersonWanted() {
        configure();

        Reply back = browser.complete(browser.begin("/sign-in/sso?next=%2Fprojects%2Facme%3Ftab%3Dkeys%23x"));

        assertThat(back.expect(303).header("Location")).contains("/projects/acme?tab=keys#x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https%3A%2F%2Fevil.test%2F",
                "%2F%2Fevil.test",
                "%2F%5Cevil.test",
                "%5C%5Cevil.test",
                "%2F%09%2Fevil.test",
                "%2F%0d%0aSet-Cookie:x=y",
                "evil.test",
                "javascript%3Aalert(1)",
                "%2F%C3%A4"
            })
    void goesToNoOtherSiteAfterwards(String next) {
        configure();

        Reply refused = browser.withCookie().get("/sign-in/sso?next=" + next).expect(400, "invalid_request");

        assertThat(refused.text("field")).isEqualTo("next");
    }

    @Test
    void twoTabsBothArrive() {
        configure();
        String one = browser.begin("/sign-in/sso?next=/one");
        String two = browser.begin("/sign-in/sso?next=/two");

        assertThat(browser.complete(one).expect(303).header("Location")).contains("/one");
        assertThat(browser.complete(two).expect(303).header("Location")).contains("/two");
    }

    @Test
    void theCookieStaysSmallHoweverOftenASignInIsBegun() {
        configure();
        String first = browser.begin();
        String longest = "/sign-in/sso?next=/" + "x".repeat(511);
        String last = "";
        for (int i = 0; i < 6; i++) {
            last = browser.begin(longest);
        }

        assertThat(browser.cookie).hasSizeLessThan(3700);
        browser.complete(first).expect(400, "invalid_request");
        browser.complete(last).expect(303);
    }

    @Test
    void opensAnAccountForPeopleOfTheDomainsIfItIsToldTo() {
        configure(List.of("Example.COM"), true);
        provider.claims.put("email", "Zoe@Example.com");

        Reply back = browser.signIn();

        assertThat(browser.whoAmI(back)).isEqualTo("zoe@example.com");
        assertThat(audited("user.created")).containsEntry("how", "sso").containsEntry("email", "zoe@example.com");
        manager.plane.members().add(TestManager.OPERATOR, acme, "zoe@example.com", Role.ADMIN, null);
    }

    @Test
    void anAccountWithoutAPasswordAnswersAPasswordLikeOneThatIsNotThere() {
        configure(List.of("example.com"), true);
        provider.claims.put("email", "zoe@example.com");
        browser.signIn().expect(303);
        int before = manager.passwords.verifications.get();

        Reply known = password("zoe@example.com", "");
        Reply unknown = password("nobody@example.com", "");

        assertThat(known.expect(401, "invalid_token").text("message")).isEqualTo(unknown.text("message"));
        assertThat(manager.passwords.verifications.get() - before).isEqualTo(2);
    }

    private Reply password(String email, String suffix) {
        return manager.api.post("/api/sessions", Map.of("email", email, "password", "any password" + suffix));
    }

    @Test
    void peopleWithoutAnAccountAreToldToAskForOne() {
        configure(List.of("example.com"), false);
        provider.claims.put("email", "zoe@example.com");

        Reply refused = browser.signIn().expect(403, "scope_insufficient");

        assertThat(refused.text("message")).contains("no account for zoe@example.com");
        assertThat(audited("session.refused"))
                .containsEntry("how", "sso")
                .containsEntry("reason", "no_account")
                .containsEntry("email", "zoe@example.com");
        assertThat(events("user.created")).noneMatch(event -> event.toString().contains("zoe"));
    }

    @Test
    void asksForTheAddressSeparatelyWhereTheTokenLacksIt() {
        configure();
        provider.claims.put("email", null);
        provider.claims.put("email_verified", null);
        provider.userInfo.putAll(Map.of("email", "ann@example.com", "email_verified", true));

        assertThat(browser.whoAmI(browser.signIn())).isEqualTo("ann@example.com");
    }

    @Test
    void learnsANewKeyOfTheProviderWhenATokenIsSignedWithIt() {
        configure();
        browser.signIn().expect(303);
        provider.signature = Signature.ROTATED;

        browser.signIn().expect(303);

        assertThat(provider.asked).containsEntry("/jwks", 2);
    }

    @Test
    void sendsTheSecretInTheFormWhereTheProviderWantsItThere() {
        provider.described.put("token_endpoint_auth_methods_supported", List.of("client_secret_post"));
        configure();

        browser.signIn().expect(303);
    }

    @Test
    void asksTheProviderWhoItIsOnceAnHour() {
        configure();
        browser.signIn().expect(303);
        manager.time.advance(Duration.ofMinutes(59));
        browser.signIn().expect(303);
        assertThat(provider.asked).containsEntry("/.well-known/openid-configuration", 1);

        manager.time.advance(Duration.ofMinutes(2));
        browser.signIn().expect(303);

        assertThat(provider.asked).containsEntry("/.well-known/openid-configuration", 2);
    }

    @Test
    void aProviderThatIsAwayStopsNobodyWhoHasAPassword() {
        configure();
        String began = browser.begin();
        provider.close();
        manager.time.advance(Duration.ofMinutes(1));

        Reply away =
                browser.comeBack("code=x&state=" + HostileProvider.state(began)).expect(502, "upstream_error");
        manager.time.advance(Duration.ofHours(2));
        browser.withCookie().get("/sign-in/sso").expect(502, "upstream_error");

        assertThat(away.text("message")).contains("refuses the connection").contains("password");
        assertThat(audited("session.refused")).containsEntry("reason", "provider_away");
        manager.asPerson("ann@example.com", TestManager.PASSWORD)
                .get("/api/whoami")
                .expect(200);
    }

    @Test
    void withoutAProviderThereIsNothingToBegin() {
        browser.withCookie().get("/sign-in/sso").expect(404, "not_found");
        browser.comeBack("code=x&state=y").expect(404, "not_found");
        assertThat(manager.api.get("/api/sso").expect(200).json()).containsOnly(Map.entry("enabled", false));
    }

    @Test
    void ignoresWhatProvidersAddAndRefusesWhatComesTwice() {
        configure();

        String query = provider.answer(browser.begin());
        browser.comeBack(query + "&session_state=1&authuser=0&hd=example.com&anything=x")
                .expect(303);

        browser.comeBack(provider.answer(browser.begin()) + "&code=other").expect(400, "invalid_request");
    }

    @Test
    void overHttpsTheCookiesGoOverHttpsOnly() {
        configure();
        ApiClient https = manager.api.unchecked().header("X-Forwarded-Proto", "https");

        Reply begun = https.get("/sign-in/sso").expect(302);

        assertThat(begun.header("Set-Cookie"))
                .hasValueSatisfying(cookie -> assertThat(cookie).endsWith("; Secure"));
        String cookie = begun.header("Set-Cookie").orElseThrow();
        String location = begun.header("Location").orElseThrow();
        assertThat(location).contains("redirect_uri=https%3A%2F%2F127.0.0.1");
        assertThat(https.header("Cookie", cookie.substring(0, cookie.indexOf(';')))
                        .get("/sign-in/sso/callback?" + provider.answer(location))
                        .expect(303)
                        .header("Set-Cookie"))
                .hasValueSatisfying(session -> assertThat(session).endsWith("; Secure"));
    }
}
