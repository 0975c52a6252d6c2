package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.manager.ApiClient.Reply;
import dev.inferencekey.server.manager.HostileProvider.Instead;
import dev.inferencekey.server.manager.HostileProvider.Signature;
import dev.inferencekey.server.manager.sso.SignOnRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signing in through a provider, by people who do not mean well, and through providers that do not. */
@Tag("slow")
class SignOnAttackTest extends SignOnFixture {
    static Stream<Arguments> falseClaims() {
        long now = Instant.now().getEpochSecond();
        return Stream.of(
                claim("nonce", "another"),
                claim("nonce", null),
                claim("aud", "another-client"),
                claim("aud", null),
                claim("aud", List.of("another-client", "a-third")),
                claim("azp", "another-client"),
                claim("iss", "https://evil.test"),
                claim("iss", null),
                claim("sub", null),
                claim("exp", now - 120),
                claim("exp", null),
                claim("iat", now + 600),
                claim("iat", null));
    }

    private static Arguments claim(String name, @Nullable Object value) {
        return Arguments.of(name, value);
    }

    @ParameterizedTest
    @MethodSource("falseClaims")
    void believesNoTokenWithAFalseClaim(String name, @Nullable Object value) {
        configure();
        provider.claims.put(name, value);

        refusedWithoutSession(browser.signIn().expect(401, "invalid_token"), "token");
    }

    @ParameterizedTest
    @EnumSource(
            value = Signature.class,
            names = {"NONE", "CLIENT_SECRET_AS_KEY", "PUBLIC_KEY_AS_SECRET", "OTHER_KEY"})
    void believesNoTokenThatTheProviderDidNotSign(Signature signature) {
        configure();
        provider.signature = signature;

        refusedWithoutSession(browser.signIn().expect(401, "invalid_token"), "token");
    }

    @Test
    void theSmallDifferenceBetweenTwoClocksIsForgiven() {
        configure();
        provider.claims.put("exp", Instant.now().getEpochSecond() - 10);

        browser.signIn().expect(303);
    }

    static Stream<Arguments> unprovenAddresses() {
        return Stream.of(
                Arguments.of("ann@example.com", false),
                Arguments.of("ann@example.com", null),
                Arguments.of("ann@example.com", "yes"),
                Arguments.of("ann@example.com", 1),
                // Kelvin's sign and the dotless and long letters have plain letters for lower case.
                Arguments.of("an\u212An@example.com", true),
                Arguments.of("ann@example.com\n", true),
                Arguments.of("ann@example.com, owner@example.com", true),
                Arguments.of("not an address", true),
                Arguments.of(List.of("ann@example.com"), true),
                Arguments.of(null, true));
    }

    @ParameterizedTest
    @MethodSource("unprovenAddresses")
    void linksNoAccountByAnAddressThatIsNotProven(@Nullable Object email, @Nullable Object verified) {
        configure();
        provider.claims.put("email", email);
        provider.claims.put("email_verified", verified);

        refusedWithoutSession(browser.signIn().expect(403, "scope_insufficient"), "email");
    }

    @Test
    void whoTakesOverAnAddressDoesNotGetTheAccount() {
        configure();
        browser.signIn().expect(303);
        provider.subject = "sub-2";

        Reply refused = browser.signIn().expect(403, "scope_insufficient");

        refusedWithoutSession(refused, "other_person");
        assertThat(refused.text("message")).contains("another person");
    }

    @Test
    void whoChangesTheOwnAddressToSomebodyElsesStaysWhoTheyAre() {
        configure();
        browser.signIn().expect(303);
        provider.claims.put("email", manager.owner.email());

        assertThat(browser.whoAmI(browser.signIn())).isEqualTo("ann@example.com");
    }

    @Test
    void theLinkOutlivesThatTheProviderIsSetUpAgain() {
        configure();
        browser.signIn().expect(303);
        manager.plane.signOn().remove(TestManager.OPERATOR);
        configure();
        provider.subject = "sub-2";

        refusedWithoutSession(browser.signIn().expect(403), "other_person");
    }

    @Test
    void theDomainsAreAskedForEachTime() {
        configure(List.of("example.com"), false);
        browser.signIn().expect(303);
        provider.claims.put("email", "ann@elsewhere.test");
        refusedWithoutSession(browser.signIn().expect(403, "scope_insufficient"), "domain");
        provider.claims.put("email", "ann@evil-example.com");
        refusedWithoutSession(browser.signIn().expect(403), "domain");
        provider.claims.put("email", "ann@sub.example.com");
        refusedWithoutSession(browser.signIn().expect(403), "domain");
        provider.claims.put("email", "ann@example.com");
        provider.claims.put("email_verified", false);
        refusedWithoutSession(browser.signIn().expect(403), "email");

        configure(List.of("other.test"), false);
        provider.claims.put("email_verified", true);
        refusedWithoutSession(browser.signIn().expect(403), "domain");
    }

    @Test
    void anAnswerIsTakenOnce() {
        configure();
        String query = provider.answer(browser.begin());
        browser.comeBack(query).expect(303);

        Reply again = browser.comeBack(query).expect(400, "invalid_request");

        assertThat(again.text("message")).contains("start again");
        assertThat(again.header("Set-Cookie")).isEmpty();
        assertThat(provider.tokenRequests()).isEqualTo(1);
    }

    @Test
    void aFailedAnswerIsNotTakenAgainWithABetterCode() {
        configure();
        String began = browser.begin();
        String state = HostileProvider.state(began);
        browser.comeBack("code=guess&state=" + state).expect(401, "invalid_token");

        browser.comeBack(provider.answer(began)).expect(400, "invalid_request");

        assertThat(provider.tokenRequests()).isEqualTo(1);
    }

    @Test
    void anAnswerWorksOnlyInTheBrowserThatBeganIt() {
        configure();
        SignOnBrowser victim = new SignOnBrowser(manager, provider);
        String attackersAnswer = provider.answer(browser.begin());

        refusedWithoutSession(victim.comeBack(attackersAnswer).expect(400, "invalid_request"), "state");
        victim.begin();
        refusedWithoutSession(victim.comeBack(attackersAnswer).expect(400, "invalid_request"), "state");

        assertThat(provider.tokenRequests()).isZero();
    }

    @Test
    void aCodeFromAnotherSignInIsRefusedByItsVerifier() {
        configure();
        SignOnBrowser victim = new SignOnBrowser(manager, provider);
        String stolen = provider.answer(victim.begin()).replaceAll("&state=.*", "");
        String own = HostileProvider.state(browser.begin());

        refusedWithoutSession(browser.comeBack(stolen + "&state=" + own).expect(401, "invalid_token"), "code");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "AAAA", "!!!!", "Zm9vCmJhcg", "a.b.c"})
    void aCookieThatWeDidNotMakeIsNone(String value) {
        configure();
        String query = provider.answer(browser.begin());
        browser.cookie = "ik_sign_on=" + value;

        refusedWithoutSession(browser.comeBack(query).expect(400, "invalid_request"), "state");
    }

    @Test
    void thereAreTenMinutesToSignIn() {
        configure();
        String late = browser.begin();
        manager.time.advance(Duration.ofMinutes(5));
        String early = browser.begin();
        manager.time.advance(Duration.ofMinutes(5));

        refusedWithoutSession(browser.complete(late).expect(400, "invalid_request"), "state");
        browser.complete(early).expect(303);
    }

    @Test
    void anAnswerThatSaysItIsAnotherProvidersIsRefusedBeforeItsCodeIsUsed() {
        configure();
        refusedWithoutSession(
                browser.comeBack(provider.answer(browser.begin()) + "&iss=https%3A%2F%2Fevil.test")
                        .expect(401, "invalid_token"),
                "issuer");
        assertThat(provider.tokenRequests()).isZero();

        provider.described.put("authorization_response_iss_parameter_supported", true);
        configure();
        refusedWithoutSession(browser.signIn().expect(401, "invalid_token"), "issuer");
        browser.comeBack(provider.answer(browser.begin()) + "&iss=" + provider.issuer)
                .expect(303);
    }

    @Test
    void whatWasBegunWithOneProviderIsNotCompletedWithAnother() {
        configure();
        String query = provider.answer(browser.begin());
        try (HostileProvider other = new HostileProvider()) {
            manager.plane
                    .signOn()
                    .configure(
                            TestManager.OPERATOR,
                            new SignOnRequest(
                                    other.issuer,
                                    HostileProvider.CLIENT_ID,
                                    HostileProvider.CLIENT_SECRET,
                                    List.of(),
                                    false,
                                    "x"));

            refusedWithoutSession(browser.comeBack(query).expect(400, "invalid_request"), "state");
            assertThat(other.tokenRequests()).isZero();
        }
    }

    @Test
    void theAddressMustBeTheSamePersonsAsTheToken() {
        configure();
        provider.claims.put("email", null);
        provider.userInfo.putAll(Map.of("sub", "sub-2", "email", "ann@example.com", "email_verified", true));

        refusedWithoutSession(browser.signIn().expect(401, "invalid_token"), "token");
    }

    @Test
    void theProvidersErrorIsToldWithoutBelievingItsText() {
        configure();
        String state = HostileProvider.state(browser.begin());
        String query = "error=%3Cscript%3Ealert(1)%3C%2Fscript%3E&error_description=call+0900&state=" + state;

        Reply refused =
                browser.withCookie().get("/sign-in/sso/callback?" + query).expect(401, "invalid_token");

        assertThat(refused.text("message"))
                .contains("<script>alert(1)</script>")
                .doesNotContain("0900");
        assertThat(audited("session.refused")).containsEntry("reason", "provider_error");
    }

    @Test
    void neitherCodeNorErrorIsNoAnswer() {
        configure();
        String state = HostileProvider.state(browser.begin());

        browser.comeBack("state=" + state).expect(400, "invalid_request");
        browser.comeBack("code=x").expect(400, "invalid_request");
    }

    static Stream<Arguments> uselessAnswers() {
        return Stream.of(
                useless("/token", new Instead(200, "{\"access_token\":\"" + "x".repeat(600 * 1024) + "\"}"), 502),
                useless("/token", new Instead(200, "[".repeat(100_000)), 502),
                useless("/token", new Instead(200, "{\"access_token\":\"a\",\"token_type\":\"Bearer\"}"), 502),
                useless("/token", new Instead(200, "text/html", "<html>", null), 502),
                useless("/token", new Instead(500, "{}"), 502),
                useless("/token", new Instead(302, "text/plain", "", "/stolen"), 502),
                useless("/token", new Instead(400, "{\"error\":\"invalid_grant\"}"), 401),
                useless("/token", new Instead(401, "{\"error\":\"invalid_client\"}"), 502),
                useless("/jwks", new Instead(200, "{\"keys\":[]}"), 401),
                useless("/jwks", new Instead(200, "x".repeat(600 * 1024)), 502),
                useless("/jwks", new Instead(200, "[".repeat(100_000)), 502),
                useless("/jwks", new Instead(404, ""), 502),
                useless("/jwks", new Instead(302, "text/plain", "", "/stolen"), 502));
    }

    private static Arguments useless(String path, Instead instead, int status) {
        return Arguments.of(path, instead, status);
    }

    @ParameterizedTest(name = "{index} {0} {2}")
    @MethodSource("uselessAnswers")
    void anAnswerThatIsNoneSignsNobodyIn(String path, Instead instead, int status) {
        configure();
        provider.instead.put(path, instead);

        Reply reply = browser.signIn().expect(status);

        assertThat(reply.header("Set-Cookie")).isEmpty();
        assertThat(reply.body()).doesNotContain(HostileProvider.CLIENT_SECRET).contains("sign-on provider");
        assertThat(provider.asked).doesNotContainKey("/stolen");
        assertThat(events("session.refused")).hasSize(1);
    }

    @Test
    void tokensOfStrangersMakeNoFloodOfRequestsForKeys() {
        configure();
        provider.signature = Signature.ROTATED;
        provider.instead.put("/jwks", new Instead(200, "{\"keys\":[]}"));
        for (int i = 0; i < 6; i++) {
            browser.signIn();
        }

        assertThat(provider.asked.get("/jwks")).isLessThanOrEqualTo(2);
    }

    @Test
    void whoFailsAgainAndAgainHasToWait() {
        configure();
        for (int i = 0; i < 10; i++) {
            browser.comeBack("code=x&state=" + i).expect(400);
        }

        browser.comeBack("code=x&state=y").expect(429, "rate_limit_exceeded");

        assertThat(events("session.refused")).hasSize(10);
        manager.time.advance(Duration.ofSeconds(31));
        browser.signIn().expect(303);
        browser.signIn().expect(303);
    }

    @Test
    void noSecretOfASignInIsInTheAuditTrailOrAnAnswer() {
        configure();
        String began = browser.begin();
        String state = HostileProvider.state(began);
        provider.claims.put("nonce", "another");
        Reply refused = browser.complete(began).expect(401);

        String all = refused.body() + manager.asOperator().get("/api/audit").body();
        Consumer<String> isAbsent = text -> assertThat(all).doesNotContain(text);
        Arrays.asList(
                        state,
                        "code-0",
                        HostileProvider.CLIENT_SECRET,
                        String.valueOf(browser.cookie).substring(11))
                .forEach(isAbsent);
    }

    /** The person is told, nobody is signed in, and the trail says why. */
    private void refusedWithoutSession(Reply refused, String reason) {
        assertThat(refused.header("Set-Cookie")).isEmpty();
        assertThat(audited("session.refused")).containsEntry("how", "sso").containsEntry("reason", reason);
    }
}
