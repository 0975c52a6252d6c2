package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.inference.RequestTarget;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.access.ReplicaTarget.Place;
import java.net.URI;
import java.time.Duration;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** The small readers of a request's parts. */
final class RequestPartsTest {
    @Test
    void aTargetIsReadLiterally() {
        assertThat(RequestTarget.parse("/endpoint/acme/bot/v1/chat/completions"))
                .isEqualTo(new RequestTarget.OfEndpoint("acme", "bot", "v1/chat/completions"));
        assertThat(RequestTarget.parse("/endpoint/acme/bot/v1/models?x=/../"))
                .isEqualTo(new RequestTarget.OfEndpoint("acme", "bot", "v1/models"));
        assertThat(RequestTarget.parse("/endpoint/acme/bot/v1/models/a%2Fb%C3%A9"))
                .isEqualTo(new RequestTarget.OfEndpoint("acme", "bot", "v1/models/a/bé"));
        assertThat(RequestTarget.parse("/endpoint/acme/bot/"))
                .isEqualTo(new RequestTarget.OfEndpoint("acme", "bot", ""));
        assertThat(RequestTarget.parse("/endpoint/acme/bot"))
                .isEqualTo(new RequestTarget.OfEndpoint("acme", "bot", ""));
        assertThat(RequestTarget.parse("/endpoint/acme/")).isEqualTo(new RequestTarget.OfEndpoint("acme", "", ""));
        assertThat(RequestTarget.parse("/endpoint/")).isEqualTo(new RequestTarget.OfEndpoint("", "", ""));
        assertThat(RequestTarget.parse("/endpoint")).isEqualTo(new RequestTarget.OfEndpoint("", "", ""));
        assertThat(RequestTarget.parse("/endpoint//")).isInstanceOf(RequestTarget.Malformed.class);
        for (String control : new String[] {"/", "/api/x?y=%20", "/endpoints/x", "/Endpoint/a/b/c", "//endpoint/a"}) {
            assertThat(RequestTarget.parse(control)).isInstanceOf(RequestTarget.Control.class);
        }
    }

    @Test
    void noTargetMakesTheReaderFailOrLetsAnOddPathThrough() {
        Random random = new Random(5);
        String[] parts = {
            "/",
            "//",
            "endpoint",
            "/endpoint/",
            "acme",
            "bot",
            "v1",
            "models",
            "%",
            "%2f",
            "%2e",
            ".",
            "..",
            "?",
            "#",
            "\\",
            " ",
            "\u0000",
            "é",
            "chat/completions",
            ";",
            "@",
            ":",
            "http://"
        };
        for (int i = 0; i < 50_000; i++) {
            StringBuilder target = new StringBuilder();
            for (int n = random.nextInt(9); n >= 0; n--) {
                target.append(parts[random.nextInt(parts.length)]);
            }
            if (RequestTarget.parse(target.toString()) instanceof RequestTarget.OfEndpoint endpoint
                    && !endpoint.route().startsWith(RequestTarget.MODELS)) {
                String path = endpoint.project() + "/" + endpoint.workload() + "/" + endpoint.route();
                assertThat(path).doesNotContain("%", "\\", "#", " ", "?", "/../", "/./", "\u0000", "é");
                assertThat(endpoint.route()).doesNotContain("//").doesNotStartWith("/");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer ",
                "Bearer   ",
                "Basic abc",
                "Bearerabc",
                "Bearer a b",
                "Bearer\tabc",
                "Bearer é"
            })
    void whatIsNoBearerTokenIsNone(String header) {
        assertThat(bearer(header)).isNull();
    }

    @Test
    void aBearerTokenIsReadWhateverTheCaseOfItsScheme() {
        assertThat(bearer("Bearer abc")).isEqualTo("abc");
        assertThat(bearer("bEARER   abc  ")).isEqualTo("abc");
        assertThat(bearer("Bearer abc\r\nAuthorization: Bearer def")).isNull();
    }

    private static @Nullable String bearer(String header) {
        byte[] bytes = ("GET / HTTP/1.1\r\nAuthorization: " + header + "\r\n\r\n").getBytes(ISO_8859_1);
        RequestHead head = new RequestHead(GatewayConfig.defaults());
        assertThat(head.read(bytes, 0, bytes.length)).isEqualTo(bytes.length);
        BearerToken token = new BearerToken();
        return token.read(head) ? token.reveal() : null;
    }

    @Test
    void aRequestIdIsTakenOnlyIfItIsFitForLogs() {
        assertThat(RequestTraits.isSane("a.B-9_")).isTrue();
        assertThat(RequestTraits.isSane("x".repeat(128))).isTrue();
        assertThat(RequestTraits.isSane("x".repeat(129))).isFalse();
        assertThat(RequestTraits.isSane("")).isFalse();
        assertThat(RequestTraits.isSane("a b")).isFalse();
        assertThat(RequestTraits.isSane("é")).isFalse();
        assertThat(RequestTraits.isSane("ik_live_a1b2c3d4_" + "0".repeat(64))).isFalse();
    }

    @Test
    void aCallersWaitLowersTheSettingAndNeverRaisesIt() {
        Duration most = Duration.ofSeconds(60);
        assertThat(MaxWait.of(null, most)).isEqualTo(most);
        assertThat(MaxWait.of("2.5", most)).isEqualTo(Duration.ofMillis(2500));
        assertThat(MaxWait.of("61", most)).isEqualTo(most);
        assertThat(MaxWait.of("0", most)).isEqualTo(Duration.ZERO);
        for (String bad : new String[] {"", "-1", "1e9", "soon", "1.2.3", ".", "9999999999999"}) {
            assertThat(MaxWait.of(bad, most)).as(bad).isNull();
        }
    }

    @Test
    void quotedTextIsReadBackAsItWas() {
        JsonMapper json = JsonMapper.builder().build();
        Random random = new Random(9);
        for (int i = 0; i < 5000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(20); n > 0; n--) {
                text.appendCodePoint(random.nextBoolean() ? random.nextInt(128) : random.nextInt(0xd800));
            }
            assertThat(json.readTree(JsonText.quote(text.toString())).asString())
                    .isEqualTo(text.toString());
        }
        assertThat(json.readTree(JsonText.quote("a\ud83dz😀")).asString()).isEqualTo("a\ufffdz😀");
    }

    @Test
    void anAddressIsReadFromAUrl() {
        assertThat(UpstreamAddress.of(URI.create("http://10.0.0.1:81/x"), Place.EXTERNAL))
                .isEqualTo(new UpstreamAddress(false, "10.0.0.1", 81, Place.EXTERNAL));
        assertThat(UpstreamAddress.of(URI.create("https://api.example.com"), Place.EXTERNAL))
                .isEqualTo(new UpstreamAddress(true, "api.example.com", 443, Place.EXTERNAL));
        assertThat(UpstreamAddress.of(URI.create("http://[::1]"), Place.EXTERNAL))
                .isEqualTo(new UpstreamAddress(false, "::1", 80, Place.EXTERNAL));
        assertThatThrownBy(() -> UpstreamAddress.of(URI.create("ftp://x"), Place.EXTERNAL))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void valuesThatHoldSecretsDoNotShowThem() {
        Replica replica = new Replica(new ReplicaTarget("rep_1", URI.create("http://127.0.0.1:1"), "m", "secret-1"));
        assertThat(replica.toString()).doesNotContain("secret-1");
        assertThat(new ManagerUpstream("secret-2").toString()).doesNotContain("secret-2");
        assertThat(Serving.of(
                                new dev.inferencekey.server.ports.access.Backends.Ready(
                                        java.util.List.of(replica.target())),
                                Serving.UNKNOWN)
                        .toString())
                .doesNotContain("secret-1");
    }
}
