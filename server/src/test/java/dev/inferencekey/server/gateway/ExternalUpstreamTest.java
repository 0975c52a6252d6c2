package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.EndpointEntry;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls to model servers that this platform has not started: where they may go, and that they do not come round. */
@Timeout(60)
@Tag("slow")
class ExternalUpstreamTest {
    private static final String OWN_HOP = "1.1 inferencekey-0123456789abcdef";
    private static final String OTHER_HOP = "1.1 inferencekey-fedcba9876543210";
    private static final String BODY = "{\"model\":\"bot\",\"messages\":[]}";

    private final GatewayFixture gateway = new GatewayFixture();
    private final FakeModelServer upstream = FakeModelServer.answering("application/json", "{}");

    @AfterEach
    void stop() throws IOException {
        GatewayFixture.OWN_PORTS.remove(upstream.port());
        gateway.close();
        upstream.close();
    }

    private void serve(String url, @Nullable String secret, boolean routesBelowV1) {
        gateway.table.setBackends(
                "wl_bot",
                new Backends.Ready(List.of(new ReplicaTarget(
                        "rep_1", URI.create(url), "m", secret, ReplicaTarget.Place.EXTERNAL, routesBelowV1))));
    }

    @Test
    void aWorkloadThatLeadsBackHereEndsAfterOneHop() throws IOException {
        serve("http://127.0.0.1:" + gateway.server.port() + "/endpoint/acme/bot", gateway.key.reveal(), true);

        RawClient.Answer answer = gateway.chat(BODY);

        assertThat(answer.status()).isEqualTo(508);
        assertThat(answer.body()).contains("\"code\":\"loop_detected\"", "passed through this installation before");
        assertThat(gateway.record().status()).isEqualTo(508);
        assertThat(gateway.record().status()).isEqualTo(508);
        assertThat(gateway.records).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                OWN_HOP,
                "1.1 nginx, " + OWN_HOP + ", 1.1 varnish (Varnish/7)",
                OTHER_HOP + "," + OWN_HOP,
                "2 inferencekey-0123456789abcdef"
            })
    void ourOwnMarkIsFoundAmongWhatProxiesAdd(String via) throws IOException {
        serve(String.valueOf(upstream.url()), null, true);

        assertThat(gateway.post(CHAT, gateway.key.reveal(), BODY, "Via: " + via).status())
                .isEqualTo(508);
        assertThat(gateway.post(CHAT, gateway.key.reveal(), BODY, "Via: 1.1 nginx", "Via: " + via)
                        .status())
                .isEqualTo(508);
        assertThat(upstream.seen()).isZero();
    }

    @Test
    void otherInstallationsMayCallThisOneAndTheirMarksGoOnButNothingElseOfTheWayHere() throws IOException {
        serve(String.valueOf(upstream.url()), null, true);

        gateway.post(CHAT, gateway.key.reveal(), BODY, "Via: 1.1 secret-proxy.internal, " + OTHER_HOP);
        assertThat(upstream.next().headers()).containsEntry("via", OTHER_HOP + ", " + OWN_HOP);

        gateway.post(CHAT, gateway.key.reveal(), BODY, "Via: 1.1 inferencekey-0123456789abcdef0");
        assertThat(upstream.next().headers()).containsEntry("via", OWN_HOP);
    }

    @Test
    void aChainOfInstallationsIsBounded() throws IOException {
        serve(String.valueOf(upstream.url()), null, true);
        String most = (OTHER_HOP + ", ").repeat(Hops.MAX_HOPS);

        assertThat(gateway.post(CHAT, gateway.key.reveal(), BODY, "Via: " + most + "1.1 p")
                        .status())
                .isEqualTo(200);
        assertThat(gateway.post(CHAT, gateway.key.reveal(), BODY, "Via: " + most + OTHER_HOP)
                        .status())
                .isEqualTo(508);
    }

    @Test
    void modelServersOfThisPlatformAreNotToldOfTheWay() throws IOException {
        gateway.serve("bot", upstream);

        gateway.post(CHAT, gateway.key.reveal(), BODY, "Via: " + OTHER_HOP);

        assertThat(upstream.next().headers()).doesNotContainKey("via");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254",
                "http://[::ffff:169.254.169.254]:80",
                "http://[64:ff9b::a9fe:a9fe]",
                "http://[fe80::1]",
                "http://0.0.0.0:1",
                "http://224.0.0.1"
            })
    void anAddressThatIsNeverCalledIsRefusedWhenItIsConnectedTo(String url) throws IOException {
        serve(url, "secret", true);

        RawClient.Answer answer = gateway.chat(BODY);

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.body()).contains("must not be called where its address leads: it is a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"})
    void aPortOfThePlatformIsRefusedEvenWhereAConnectionToItIsKept(String host) throws IOException {
        gateway.serve("bot", upstream);
        assertThat(gateway.chat(BODY).status()).isEqualTo(200);
        upstream.next();
        GatewayFixture.OWN_PORTS.add(upstream.port());
        serve("http://" + host + ":" + upstream.port(), "secret", true);

        RawClient.Answer answer = gateway.chat(BODY);

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.body()).contains("it is a port of this platform itself");
        assertThat(upstream.seen()).isZero();
    }

    @Test
    void aConnectionThatIsKeptIsNotUsedOnceOtherUpstreamsAreAllowed() throws IOException {
        serve("http://127.0.0.1:" + upstream.port(), "secret", true);
        try (RawClient client = gateway.client()) {
            assertThat(client.post(GatewayFixture.CHAT, gateway.key.reveal(), BODY)
                            .answer()
                            .status())
                    .isEqualTo(200);
            upstream.next();
            // What the rules say from now on, as far as the gateway can tell.
            GatewayFixture.OWN_PORTS.add(upstream.port());
            gateway.server.reload(
                    GatewayConfig.builder().host("127.0.0.1").port(0).threads(2).build(), true);

            assertThat(client.post(GatewayFixture.CHAT, gateway.key.reveal(), BODY)
                            .answer()
                            .status())
                    .isEqualTo(502);
            assertThat(upstream.seen()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/v1beta/openai, false, /v1beta/openai/chat/completions",
        "/v1, false, /v1/chat/completions",
        "/prefix, true, /prefix/v1/chat/completions",
        "'', true, /v1/chat/completions",
        "'', false, /chat/completions"
    })
    void routesAreCalledBelowTheBaseUrlAsOpenAiClientsDo(String path, boolean belowV1, String called)
            throws IOException {
        serve(upstream.url() + path, null, belowV1);

        gateway.chat(BODY);

        assertThat(upstream.next().target()).isEqualTo(called);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
                "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
            })
    void aResponseThatCanNotBeReadIsToldAsSuch(String response) throws IOException {
        upstream.script((_, exchange) -> exchange.raw(response));
        serve(String.valueOf(upstream.url()), null, true);

        RawClient.Answer answer = gateway.chat(BODY);

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.body())
                .contains("sent a response that is not valid HTTP")
                .doesNotContain("closed");
    }

    private static final String STREAMED = "{\"model\":\"bot\",\"messages\":[],\"stream\":true}";
    private static final String CHUNK = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\n";

    /** As servers that know no {@code stream_options}. */
    private static void refusesStreamOptions(FakeModelServer.Request request, FakeModelServer.Exchange exchange)
            throws IOException {
        if (request.text().contains("stream_options")) {
            exchange.whole(422, "application/json", "{\"detail\":\"extra fields not permitted\"}");
        } else {
            exchange.whole(200, "text/event-stream", CHUNK);
        }
    }

    @Test
    void aStreamIsAskedForAgainWithoutTheMemberThatTheUpstreamRefusesAndLaterOnesGoWithoutAtOnce() throws IOException {
        upstream.script(ExternalUpstreamTest::refusesStreamOptions);
        serve(String.valueOf(upstream.url()), null, true);

        RawClient.Answer first = gateway.chat(STREAMED);
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.body()).isEqualTo(CHUNK);
        assertThat(upstream.next().text()).contains("\"stream_options\":{\"include_usage\":true}}");
        assertThat(upstream.next().text()).isEqualTo("{\"model\":\"m\",\"messages\":[],\"stream\":true}");
        assertThat(gateway.record().status()).isEqualTo(200);

        assertThat(gateway.chat(STREAMED).body()).isEqualTo(CHUNK);
        assertThat(upstream.next().text()).doesNotContain("stream_options");
        assertThat(upstream.seen()).isZero();

        String large = STREAMED.replace("[]", "[{\"content\":\"" + "x".repeat(200_000) + "\"}]");
        assertThat(gateway.chat(large).body()).isEqualTo(CHUNK);
        assertThat(upstream.next().text()).contains("\"stream\":true}").doesNotContain("stream_options");
    }

    @Test
    void aModelThatIsMissingIsPutInWithAndWithoutTheMember() throws IOException {
        upstream.script(ExternalUpstreamTest::refusesStreamOptions);
        serve(String.valueOf(upstream.url()), null, true);

        assertThat(gateway.chat("{\"stream\":true}").status()).isEqualTo(200);

        assertThat(upstream.next().text()).contains("\"model\":\"m\"", "stream_options");
        assertThat(upstream.next().text()).isEqualTo("{\"stream\":true,\"model\":\"m\"}");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 422})
    void aRequestThatIsRefusedForAnotherReasonIsRefusedWithTheUpstreamsWords(int status) throws IOException {
        upstream.script((_, exchange) -> exchange.whole(status, "application/json", "{\"error\":\"no such tool\"}"));
        serve(String.valueOf(upstream.url()), null, true);

        RawClient.Answer answer = gateway.chat(STREAMED);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).contains("no such tool");
        upstream.next();
        upstream.next();

        upstream.script((_, exchange) -> exchange.whole(200, "text/event-stream", CHUNK));
        gateway.chat(STREAMED);
        assertThat(upstream.next().text()).contains("stream_options");
        upstream.script((_, exchange) -> exchange.whole(status, "application/json", "{\"error\":\"no such tool\"}"));
        assertThat(gateway.chat(STREAMED).status()).isEqualTo(status);
        upstream.next();
        assertThat(upstream.seen()).isZero();
    }

    @Test
    void whatTheCallerHasAskedForIsNotLeftOut() throws IOException {
        upstream.script(ExternalUpstreamTest::refusesStreamOptions);
        serve(String.valueOf(upstream.url()), null, true);

        assertThat(gateway.chat(STREAMED.replace("true", "true,\"stream_options\":{}"))
                        .status())
                .isEqualTo(422);

        upstream.next();
        assertThat(upstream.seen()).isZero();
    }

    @Test
    void aWorkloadCanSayThatItsUpstreamIsNotToBeAskedForUsage() throws IOException {
        gateway.changes.putEndpoint(new EndpointEntry(
                "wl_bot", "acme", "bot", TaskType.TEXT2TEXT, "simulator", 1_700_000_000, Limits.NONE, false));
        serve(String.valueOf(upstream.url()), null, true);

        gateway.chat(STREAMED);
        assertThat(upstream.next().text()).doesNotContain("stream_options");
        gateway.chat(STREAMED.replace("true", "true,\"stream_options\":{\"include_usage\":true}"));
        assertThat(upstream.next().text()).contains("\"stream_options\":{\"include_usage\":true}");
    }
}
