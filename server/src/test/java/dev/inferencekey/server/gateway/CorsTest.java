package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.limit.Limits;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What browsers are told about the data plane. */
@Tag("slow")
final class CorsTest {
    private static final String PAGE = "https://app.example.com";
    private static final String ORIGIN = "Origin: " + PAGE;

    private final FakeModelServer model = FakeModelServer.answering("application/json", "{\"ok\":true}");
    private final FakeModelServer manager = FakeModelServer.answering("application/json", "[]");

    @AfterEach
    void close() throws IOException {
        model.close();
        manager.close();
    }

    private GatewayFixture gateway(String... origins) {
        EdgeConfig edge = EdgeConfig.defaults().withCors(new CorsPolicy(Set.of(origins)));
        return new GatewayFixture(GatewayConfig.builder().edge(edge), manager).serve("bot", model);
    }

    private static RawClient.Answer preflight(GatewayFixture gateway, String path, String origin, String... more)
            throws IOException {
        try (RawClient client = gateway.client()) {
            return client.send("OPTIONS " + path + " HTTP/1.1\r\nHost: gateway\r\n" + origin
                            + "\r\nAccess-Control-Request-Method: POST\r\n"
                            + String.join(
                                    "",
                                    java.util.Arrays.stream(more)
                                            .map(line -> line + "\r\n")
                                            .toList())
                            + "\r\n")
                    .answer();
        }
    }

    @Test
    void offByDefault() throws IOException {
        try (GatewayFixture gateway = gateway()) {
            RawClient.Answer asked = preflight(gateway, CHAT, ORIGIN);
            assertThat(asked.status()).isGreaterThanOrEqualTo(400);
            assertThat(asked.headers()).doesNotContainKeys("access-control-allow-origin", "vary");
            assertThat(gateway.post(CHAT, gateway.key.reveal(), BODY, ORIGIN).headers())
                    .doesNotContainKeys("access-control-allow-origin", "vary");
        }
    }

    @Test
    void aPreflightIsAnsweredWithoutACredential() throws IOException {
        try (GatewayFixture gateway = gateway(PAGE)) {
            RawClient.Answer answer = preflight(
                    gateway,
                    CHAT,
                    ORIGIN,
                    "Access-Control-Request-Headers: authorization,x-stainless-os, bad name,UPPER,x:y");
            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.headers())
                    .containsEntry("access-control-allow-origin", PAGE)
                    .containsEntry("access-control-allow-methods", "GET, POST")
                    .containsEntry("access-control-allow-headers", "authorization, content-type, x-stainless-os")
                    .containsEntry("access-control-max-age", "600")
                    .containsEntry("vary", "Origin")
                    .doesNotContainKeys("access-control-allow-credentials", "content-length");
            assertThat(gateway.records).isEmpty();
            assertThat(model.seen()).isZero();
        }
    }

    @Test
    void anAnswerCanBeReadByThePageWithItsLimits() throws IOException {
        try (GatewayFixture gateway = gateway(PAGE, "https://other.example.com")) {
            gateway.limitBot(new Limits(100, null, null));
            RawClient.Answer answer = gateway.post(CHAT, gateway.key.reveal(), BODY, ORIGIN);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers())
                    .containsEntry("access-control-allow-origin", PAGE)
                    .containsEntry("vary", "Origin")
                    .containsKey("x-ratelimit-limit-requests")
                    .doesNotContainKey("access-control-allow-credentials");
            assertThat(answer.header("access-control-expose-headers"))
                    .contains("x-request-id", "retry-after", "x-ratelimit-remaining-requests");
        }
    }

    @Test
    void anErrorCanBeReadByThePageToo() throws IOException {
        try (GatewayFixture gateway = gateway(PAGE)) {
            for (String path : new String[] {CHAT, "/endpoint/acme//x", "/endpoint/acme/none/v1/models"}) {
                RawClient.Answer answer = gateway.post(path, "nonsense", BODY, ORIGIN);
                assertThat(answer.status()).isGreaterThanOrEqualTo(400);
                assertThat(answer.headers()).containsEntry("access-control-allow-origin", PAGE);
            }
        }
    }

    @Test
    void anotherOriginIsTreatedAsIfNothingWereOn() throws IOException {
        try (GatewayFixture gateway = gateway(PAGE)) {
            for (String origin : new String[] {
                "Origin: https://app.example.com.evil.test",
                "Origin: http://app.example.com",
                "Origin: https://app.example.com:8443",
                "Origin: null",
                ORIGIN + "\r\n" + ORIGIN
            }) {
                RawClient.Answer asked = preflight(gateway, CHAT, origin);
                assertThat(asked.status()).isGreaterThanOrEqualTo(400);
                assertThat(asked.headers())
                        .doesNotContainKey("access-control-allow-origin")
                        .containsEntry("vary", "Origin");
            }
        }
    }

    @Test
    void anyOriginIsAnsweredWithTheStar() throws IOException {
        try (GatewayFixture gateway = gateway("*")) {
            RawClient.Answer asked = preflight(gateway, CHAT, "Origin: null");
            assertThat(asked.status()).isEqualTo(204);
            assertThat(asked.headers()).containsEntry("access-control-allow-origin", "*");
            assertThat(gateway.post(CHAT, gateway.key.reveal(), BODY, ORIGIN).headers())
                    .containsEntry("access-control-allow-origin", "*")
                    .doesNotContainKey("access-control-allow-credentials");
            assertThat(gateway.chat(BODY).headers()).doesNotContainKey("access-control-allow-origin");
        }
    }

    @Test
    void theControlPlaneStaysClosedToPages() throws IOException {
        try (GatewayFixture gateway = gateway("*")) {
            assertThat(preflight(gateway, "/api/projects", ORIGIN).headers())
                    .doesNotContainKeys("access-control-allow-origin", "vary");
            assertThat(manager.next().method()).isEqualTo("OPTIONS");
        }
    }
}
