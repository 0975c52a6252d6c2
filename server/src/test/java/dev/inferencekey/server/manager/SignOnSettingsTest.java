package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.manager.ApiClient.Reply;
import dev.inferencekey.server.manager.HostileProvider.Instead;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Setting up single sign-on; who may is in {@link AccessMatrixTest}. */
@Tag("slow")
class SignOnSettingsTest extends SignOnFixture {
    private static final String SETTINGS = "/api/sso/settings";

    private Map<String, @Nullable Object> settings() {
        Map<String, @Nullable Object> settings = new LinkedHashMap<>();
        settings.put("issuer", provider.issuer);
        settings.put("client_id", HostileProvider.CLIENT_ID);
        settings.put("client_secret", HostileProvider.CLIENT_SECRET);
        return settings;
    }

    @Test
    void anOwnerOfTheInstallationSetsItUpAndEndsIt() {
        Map<String, @Nullable Object> wanted = settings();
        wanted.put("allowed_domains", List.of("@Example.com", "acme.test", "example.com"));
        wanted.put("opens_accounts", true);
        wanted.put("button_text", "Sign in with Acme");
        ApiClient owner = manager.asOwner();

        Reply written = owner.put(SETTINGS, wanted).expect(200);

        assertThat(written.json())
                .containsOnly(
                        Map.entry("issuer", provider.issuer),
                        Map.entry("client_id", HostileProvider.CLIENT_ID),
                        Map.entry("allowed_domains", List.of("acme.test", "example.com")),
                        Map.entry("opens_accounts", true),
                        Map.entry("button_text", "Sign in with Acme"),
                        Map.entry(
                                "redirect_uri", "http://127.0.0.1:" + manager.server.port() + "/sign-in/sso/callback"),
                        Map.entry("updated_at", "2026-06-15T09:12:44Z"));
        assertThat(owner.get(SETTINGS).expect(200).json()).isEqualTo(written.json());
        assertThat(manager.api.get("/api/sso").expect(200).json())
                .containsOnly(Map.entry("enabled", true), Map.entry("button_text", "Sign in with Acme"));
        assertThat(audited("sso.configured"))
                .containsOnly(Map.entry("issuer", provider.issuer), Map.entry("client_id", HostileProvider.CLIENT_ID));

        owner.delete(SETTINGS).expect(204);

        owner.delete(SETTINGS).expect(404, "not_found");
        owner.get(SETTINGS).expect(404, "not_found");
        assertThat(events("sso.removed")).hasSize(1);
    }

    @Test
    void theSecretGoesInAndNeverComesOut() {
        manager.asOwner().put(SETTINGS, settings()).expect(200);

        String seen = manager.asOwner().get(SETTINGS).body()
                + manager.api.get("/api/sso").body()
                + manager.asOwner().get("/api/audit").body();
        assertThat(seen).doesNotContain(HostileProvider.CLIENT_SECRET);
        byte[] stored = manager.store.<byte[]>read(session -> session.signOn()
                .sealedSecret(session.projects().firstTenant().orElseThrow().id())
                .orElseThrow());
        assertThat(new String(stored, StandardCharsets.UTF_8)).doesNotContain(HostileProvider.CLIENT_SECRET);
    }

    @Test
    void theSecretIsKeptForTheSameClientAndForNobodyElse() {
        Map<String, @Nullable Object> kept = settings();
        kept.remove("client_secret");
        assertThat(manager.asOwner()
                        .put(SETTINGS, kept)
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("client_secret");
        manager.asOwner().put(SETTINGS, settings()).expect(200);

        kept.put("button_text", "New");
        manager.asOwner().put(SETTINGS, kept).expect(200);
        browser.signIn().expect(303);

        kept.put("client_id", "another");
        assertThat(manager.asOwner().put(SETTINGS, kept).expect(400).text("field"))
                .isEqualTo("client_secret");
        try (HostileProvider thief = new HostileProvider()) {
            kept.put("client_id", HostileProvider.CLIENT_ID);
            kept.put("issuer", thief.issuer);
            assertThat(manager.asOwner().put(SETTINGS, kept).expect(400).text("field"))
                    .isEqualTo("client_secret");
        }
        assertThat(manager.plane.signOn().settings())
                .hasValueSatisfying(present -> assertThat(present.issuer()).isEqualTo(provider.issuer));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://id.example.com",
                "http://10.0.0.1",
                "http://169.254.169.254",
                "https://169.254.169.254",
                "https://[fe80::1]",
                "https://[::ffff:169.254.169.254]",
                "https://2852039166",
                "http://127.1",
                "http://localhost.evil.test",
                "ftp://localhost",
                "file:///etc/passwd",
                "https://user:pw@id.example.com",
                "https://id.example.com?x=1",
                "https://id.example.com#x",
                "https://id.example.com:0",
                "id.example.com",
                "https:///x",
                "https://id example.com"
            })
    void asksNoAddressThatCanNotBeAProviders(String issuer) {
        Map<String, @Nullable Object> wanted = settings();
        wanted.put("issuer", issuer);

        Reply refused = manager.asOwner().put(SETTINGS, wanted).expect(400, "invalid_request");

        assertThat(refused.text("field")).isEqualTo("issuer");
        assertThat(refused.text("message")).doesNotContain("user:pw");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "client_id       | \u00e4",
                "client_secret   | line\u0001break",
                "button_text     | a\u0007b",
                "button_text     | ik_live_aaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            })
    void refusesFieldsThatCanNotBe(String field, String value) {
        Map<String, @Nullable Object> wanted = settings();
        wanted.put(field, value);

        assertThat(manager.asOwner()
                        .put(SETTINGS, wanted)
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo(field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*.example.com", "exa mple.com", "example..com", "-a.com", "@", "a@b.com", "example.com/x"})
    void refusesDomainsThatAreNone(String domain) {
        Map<String, @Nullable Object> wanted = settings();
        wanted.put("allowed_domains", List.of(domain));

        assertThat(manager.asOwner().put(SETTINGS, wanted).expect(400).text("field"))
                .startsWith("allowed_domains");
    }

    @Test
    void opensAccountsForDomainsOnly() {
        Map<String, @Nullable Object> wanted = settings();
        wanted.put("opens_accounts", true);

        assertThat(manager.asOwner().put(SETTINGS, wanted).expect(400).text("field"))
                .isEqualTo("opens_accounts");
    }

    static Stream<Arguments> unfitDescriptions() {
        return Stream.of(
                described("issuer", "https://evil.test", "calls itself"),
                described("issuer", "{issuer}/", "calls itself"),
                described("token_endpoint", "https://169.254.169.254/token", "token_endpoint"),
                described("token_endpoint", "http://id.example.com/token", "token_endpoint"),
                described("token_endpoint", null, "token_endpoint"),
                described("jwks_uri", "http://169.254.169.254/keys", "jwks_uri"),
                described("jwks_uri", "file:///etc/passwd", "jwks_uri"),
                described("userinfo_endpoint", "http://10.0.0.1/me", "userinfo_endpoint"),
                described("authorization_endpoint", "javascript:alert(1)", "authorization_endpoint"),
                described("code_challenge_methods_supported", List.of("plain"), "PKCE"),
                described("id_token_signing_alg_values_supported", List.of("HS256", "none"), "RS256"));
    }

    private static Arguments described(String field, @Nullable Object value, String said) {
        return Arguments.of(field, value, said);
    }

    @ParameterizedTest
    @MethodSource("unfitDescriptions")
    void takesNoProviderThatDescribesItselfAsUnfit(String field, @Nullable Object value, String said) {
        provider.described.put(field, value instanceof String text ? text.replace("{issuer}", provider.issuer) : value);

        Reply refused = manager.asOwner().put(SETTINGS, settings()).expect(400, "invalid_request");

        assertThat(refused.text("field")).isEqualTo("issuer");
        assertThat(refused.text("message")).contains(said);
        assertThat(manager.plane.signOn().settings()).isEmpty();
    }

    static Stream<Arguments> uselessDocuments() {
        return Stream.of(
                document(new Instead(404, "{}"), 502),
                document(new Instead(500, "{}"), 502),
                document(new Instead(302, "text/plain", "", "/stolen"), 502),
                document(new Instead(200, "x".repeat(600 * 1024)), 502),
                document(new Instead(200, "{\"a\":".repeat(60_000)), 400),
                document(new Instead(200, "[]"), 400),
                document(new Instead(200, "null"), 400),
                document(new Instead(200, "<html>"), 400),
                document(new Instead(200, ""), 400));
    }

    private static Arguments document(Instead instead, int status) {
        return Arguments.of(instead, status);
    }

    @ParameterizedTest(name = "{index} {1}")
    @MethodSource("uselessDocuments")
    void takesNoProviderThatDoesNotDescribeItself(Instead instead, int status) {
        provider.instead.put("/.well-known/openid-configuration", instead);

        Reply refused = manager.asOwner().put(SETTINGS, settings());

        refused.expect(status, status == 502 ? "upstream_error" : "invalid_request");
        assertThat(provider.asked).doesNotContainKey("/stolen");
        assertThat(manager.plane.signOn().settings()).isEmpty();
    }

    @Test
    void anIssuerWithAPathIsAskedUnderThatPath() {
        String issuer = provider.issuer + "/realms/acme";
        Map<String, @Nullable Object> description = new LinkedHashMap<>();
        for (String endpoint : Arrays.asList("authorization_endpoint", "token_endpoint", "jwks_uri")) {
            description.put(endpoint, issuer + "/" + endpoint);
        }
        description.put("issuer", issuer);
        description.put("response_types_supported", List.of("code"));
        description.put("subject_types_supported", List.of("public"));
        description.put("id_token_signing_alg_values_supported", List.of("ES256"));
        provider.instead.put(
                "/realms/acme/.well-known/openid-configuration",
                new Instead(200, ApiClient.JSON.writeValueAsString(description)));
        Map<String, @Nullable Object> wanted = settings();
        wanted.put("issuer", issuer);

        manager.asOwner().put(SETTINGS, wanted).expect(200);

        assertThat(browser.begin()).startsWith(issuer + "/authorization_endpoint?");
    }
}
