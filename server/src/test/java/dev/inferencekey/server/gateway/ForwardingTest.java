package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
final class ForwardingTest {
    private static final String ANSWER = "{\"model\":\"served-model\",\"choices\":[{\"message\":{\"content\":\"hi\"}}],"
            + "\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":34,\"prompt_tokens_details\":{\"cached_tokens\":5}}}";

    private final GatewayFixture gateway = new GatewayFixture();
    private final FakeModelServer model = FakeModelServer.answering("application/json", ANSWER);

    ForwardingTest() {
        gateway.serve("bot", model);
    }

    @AfterEach
    void close() throws IOException {
        gateway.close();
        model.close();
    }

    @Test
    void anAnswerPassesThroughAndItsUsageIsMetered() throws IOException {
        RawClient.Answer answer = gateway.post(CHAT, gateway.key.reveal(), BODY, "X-Request-Id: my-id.1");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(ANSWER);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.header("x-request-id")).isEqualTo("my-id.1");

        FakeModelServer.Request request = model.next();
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.target()).isEqualTo("/v1/chat/completions");
        assertThat(request.text()).isEqualTo(BODY.replace("bot", GatewayFixture.MODEL));
        assertThat(request.headers())
                .containsEntry("authorization", "Bearer " + GatewayFixture.SECRET)
                .containsEntry("host", "127.0.0.1:" + model.port())
                .containsEntry("x-request-id", "my-id.1")
                .containsEntry("content-length", String.valueOf(request.text().length()))
                .containsEntry("content-type", "application/json");

        UsageRecord record = gateway.record();
        assertThat(record.status()).isEqualTo(200);
        assertThat(record.inputTokens()).isEqualTo(12);
        assertThat(record.outputTokens()).isEqualTo(34);
        assertThat(record.cachedTokens()).isEqualTo(5);
        assertThat(record.projectSlug()).isEqualTo("acme");
        assertThat(record.workloadId()).isEqualTo("wl_bot");
        assertThat(record.workloadSlug()).isEqualTo("bot");
        assertThat(record.keyId()).isEqualTo("key_project");
        assertThat(record.publicId()).isEqualTo(gateway.key.publicId());
        assertThat(record.clientAddress()).isEqualTo("127.0.0.1");
        assertThat(record.route()).isEqualTo("v1/chat/completions");
        assertThat(record.model()).isEqualTo(GatewayFixture.MODEL);
        assertThat(record.requestBytes()).isEqualTo(BODY.length());
        assertThat(record.responseBytes()).isEqualTo(ANSWER.length());
        assertThat(record.firstByteMicros()).isNotNull().isLessThanOrEqualTo(record.durationMicros());
        assertThat(record.at()).isEqualTo(GatewayFixture.NOW);
        assertThat(record.streamed()).isFalse();
        assertThat(record.cancelled()).isFalse();
        assertThat(gateway.records).isEmpty();
    }

    @Test
    void whatIsTheCallersOwnNeverReachesTheModelServer() throws IOException {
        gateway.post(
                CHAT + "?api_key=secret",
                gateway.key.reveal(),
                BODY,
                "Cookie: ik_session=abc",
                "X-Forwarded-For: 1.2.3.4",
                "Forwarded: for=1.2.3.4",
                "X-Real-IP: 1.2.3.4",
                "Connection: X-Hop, keep-alive",
                "X-Hop: secret-hop",
                "Keep-Alive: timeout=5",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
                "TE: trailers",
                "Proxy-Authorization: Basic abc",
                "X-Api-Key: abc",
                "X-InferenceKey-Internal: guess",
                "X-Request-Id: not a sane one",
                "Accept-Encoding: gzip",
                "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "OpenAI-Beta: yes");
        FakeModelServer.Request request = model.next();
        assertThat(request.target()).isEqualTo("/v1/chat/completions");
        assertThat(request.headers().keySet())
                .containsExactlyInAnyOrder(
                        "authorization",
                        "host",
                        "accept-encoding",
                        "x-request-id",
                        "content-length",
                        "content-type",
                        "traceparent",
                        "openai-beta");
        assertThat(request.headers().get("authorization")).doesNotContain("ik_live");
        assertThat(request.headers().get("x-request-id")).startsWith("req_");
    }

    @Test
    void whatAModelServerSaysAboutItselfNeverReachesTheCaller() throws IOException {
        model.script(
                (_, exchange) -> exchange.raw(
                        "HTTP/1.1 418 Odd\r\nServer: engine/1\r\nSet-Cookie: a=b\r\nX-Engine: y\r\n"
                                + "Location: http://10.0.0.1/\r\nX-Request-Id: theirs\r\nRetry-After: 3\r\nContent-Type: text/x\r\nContent-Length: 2\r\n\r\nhi"));
        RawClient.Answer answer = gateway.chat(BODY);
        assertThat(answer.status()).isEqualTo(418);
        assertThat(answer.body()).isEqualTo("hi");
        assertThat(answer.headers().keySet())
                .containsExactlyInAnyOrder("x-request-id", "retry-after", "content-type", "content-length");
        assertThat(answer.header("x-request-id")).isNotEqualTo("theirs");
    }

    @Test
    void anEnginesRefusalOfThePlatformOrARedirectIsOurError() throws IOException {
        for (int status : new int[] {401, 407, 302, 307}) {
            model.script((_, exchange) -> exchange.raw("HTTP/1.1 " + status
                    + " X\r\nLocation: http://10.9.8.7/\r\nContent-Length: 16\r\n\r\nkey sk-secret is"));
            RawClient.Answer answer = gateway.chat(BODY);
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.body()).contains("upstream_error").doesNotContain("sk-secret", "10.9.8.7");
        }
    }

    @Test
    void aBasePathOfAnExternalServerIsKept() throws IOException {
        gateway.table.setBackends(
                "wl_bot",
                new Backends.Ready(
                        List.of(GatewayFixture.target("rep_x", URI.create(model.url() + "/openai/deploy")))));
        gateway.chat(BODY);
        assertThat(model.next().target()).isEqualTo("/openai/deploy/v1/chat/completions");
    }

    /** Routes beside {@code v1} are beside it on a server whose address names its {@code v1}, too. */
    @ParameterizedTest
    @CsvSource({
        "'', true, v1/rerank, /v1/rerank",
        "'', true, score, /score",
        "/v1, false, v1/rerank, /v1/rerank",
        "/v1, false, score, /score",
        "/deploy/v1, false, v2/rerank, /deploy/v2/rerank",
        "/v1beta/openai, false, rerank, /v1beta/openai/rerank"
    })
    void eachRouteIsCalledWhereModelServersHaveIt(String base, boolean belowV1, String route, String called)
            throws IOException {
        gateway.changes.putEndpoint(
                GatewayFixture.endpoint("ranks", dev.inferencekey.contract.workload.TaskType.RERANKER));
        gateway.table.setBackends(
                "wl_ranks",
                new Backends.Ready(List.of(new ReplicaTarget(
                        "rep_r",
                        URI.create(model.url() + base),
                        GatewayFixture.MODEL,
                        "s",
                        ReplicaTarget.Place.HERE,
                        belowV1))));

        gateway.post("/endpoint/acme/ranks/" + route, gateway.key.reveal(), "{\"model\":\"ranks\",\"text_1\":\"a\"}");

        FakeModelServer.Request request = model.next();
        assertThat(request.target()).isEqualTo(called);
        assertThat(request.text()).isEqualTo("{\"model\":\"" + GatewayFixture.MODEL + "\",\"text_1\":\"a\"}");
    }

    @Test
    void aJobIsAskedForByItsOwnName() throws IOException {
        gateway.changes.putEndpoint(
                GatewayFixture.endpoint("films", dev.inferencekey.contract.workload.TaskType.TEXT2VIDEO));
        gateway.serve("films", model);
        try (RawClient client = gateway.client()) {
            client.send(
                    "GET /endpoint/acme/films/v1/videos/video_7f/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                            + gateway.key.reveal() + "\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(200);
        }
        assertThat(model.next().target()).isEqualTo("/v1/videos/video_7f/content");
    }

    @Test
    void aConnectionIsKeptForTheNextRequestOnBothSides() throws IOException {
        try (RawClient client = gateway.client()) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.post(CHAT, gateway.key.reveal(), BODY)
                                .answer()
                                .status())
                        .isEqualTo(200);
            }
        }
        assertThat(model.connections()).isEqualTo(1);
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        model.script((request, exchange) -> exchange.whole(200, "application/json", request.text()));
        try (RawClient client = gateway.client()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 40; i++) {
                String body = "{\"model\":\"served-model\",\"n\":" + i + "}";
                all.append(RawClient.postHead(CHAT, gateway.key.reveal(), "Content-Length: " + body.length()))
                        .append(body);
            }
            client.send(all.toString());
            for (int i = 0; i < 40; i++) {
                assertThat(client.answer().body()).isEqualTo("{\"model\":\"served-model\",\"n\":" + i + "}");
            }
        }
    }

    @Test
    void aKeptConnectionThatWasClosedUnderTheRequestIsReplacedOnce() throws IOException {
        gateway.chat(BODY);
        model.next();
        // The gateway can't know of the close before it has written, since the fake closes on receiving the second
        // request.
        model.script((request, exchange) -> {
            if (model.connections() == 1) {
                exchange.close();
            } else {
                exchange.whole(200, "application/json", "{\"again\":true}");
            }
        });
        try (RawClient client = gateway.client()) {
            // Both loops may be asked; the one with the kept connection sees it closed.
            for (int i = 0; i < 4; i++) {
                assertThat(client.post(CHAT, gateway.key.reveal(), BODY)
                                .answer()
                                .body())
                        .isEqualTo("{\"again\":true}");
            }
        }
    }

    @Test
    void aConnectionThatNobodyUsesIsLetGo() throws IOException {
        try (GatewayFixture brief =
                new GatewayFixture(GatewayConfig.builder().pooledConnectionTimeout(Duration.ofMillis(50)), null)) {
            brief.serve("bot", model);
            assertThat(brief.chat(BODY).status()).isEqualTo(200);
            Awaitility.await().until(() -> model.openConnections() == 0);
        }
    }

    @Test
    void aFaultOfOurOwnIsA500ThatNamesTheRequest() throws IOException {
        gateway.table.setBackends("wl_bot", new Backends.Starting());
        gateway.failOnDemand = true;
        RawClient.Answer answer = gateway.post(CHAT, gateway.key.reveal(), BODY, "X-Request-Id: the-one");
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.body()).contains("\"code\":\"internal\"").doesNotContain("Exception", "boom");
        assertThat(answer.header("x-request-id")).isEqualTo("the-one");
        assertThat(gateway.record().status()).isEqualTo(500);
    }

    @Test
    void aServerThatClosesANewConnectionWithoutAnAnswerIsAnError() throws IOException {
        model.script((_, exchange) -> exchange.close());
        RawClient.Answer answer = gateway.chat(BODY);
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.body()).contains("\"code\":\"upstream_error\"", "\"type\":\"server_error\"");
        assertThat(answer.body()).doesNotContain(String.valueOf(model.port()));
        assertThat(gateway.record().status()).isEqualTo(502);
        assertThat(model.seen()).isEqualTo(1);
    }

    @Test
    void aBrokenAnswerHeadIsAnErrorAndIsNotAskedForAgain() throws IOException {
        model.script((_, exchange) -> {
            exchange.raw("HTTP/1.1 200 OK\r\nContent-Le");
            exchange.close();
        });
        assertThat(gateway.chat(BODY).status()).isEqualTo(502);
        assertThat(model.seen()).isEqualTo(1);
        model.script((_, exchange) -> exchange.raw("SMTP ready\r\n\r\n"));
        assertThat(gateway.chat(BODY).status()).isEqualTo(502);
    }

    @Test
    void aFailedConnectGoesToAnotherReplica() throws IOException {
        ReplicaTarget gone = GatewayFixture.target("rep_gone", nobody());
        ReplicaTarget alsoGone = GatewayFixture.target("rep_too", nobody());
        ReplicaTarget there = GatewayFixture.target("rep_there", model.url());
        gateway.table.setBackends("wl_bot", new Backends.Ready(List.of(gone, there, alsoGone)));
        for (int i = 0; i < 6; i++) {
            assertThat(gateway.chat(BODY).status()).isEqualTo(200);
        }
        gateway.table.setBackends("wl_bot", new Backends.Ready(List.of(gone, alsoGone)));
        RawClient.Answer answer = gateway.chat(BODY);
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.body()).contains("upstream_error").doesNotContain("127.0.0.1");
    }

    @Test
    void theReplicaWithTheFewestRequestsUnderWayIsChosen() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (FakeModelServer busy = new FakeModelServer((_, exchange) -> {
                    await(release);
                    exchange.whole(200, "application/json", "{}");
                });
                RawClient first = gateway.client()) {
            gateway.serve("bot", busy);
            first.post(CHAT, gateway.key.reveal(), BODY);
            busy.next();
            gateway.table.setBackends(
                    "wl_bot",
                    new Backends.Ready(List.of(
                            GatewayFixture.target("rep_0", busy.url()), GatewayFixture.target("rep_1", model.url()))));
            for (int i = 0; i < 6; i++) {
                assertThat(gateway.chat(BODY).body()).isEqualTo(ANSWER);
            }
            release.countDown();
            assertThat(first.answer().status()).isEqualTo(200);
            assertThat(busy.seen()).isZero();
        }
    }

    @Test
    void aCallerWhoLeavesBeforeTheFirstByteCancelsTheRequestUpstream() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        model.script((_, exchange) -> {
            if (exchange.waitForClose()) {
                closed.countDown();
            }
        });
        RawClient client = gateway.client();
        client.post(CHAT, gateway.key.reveal(), BODY);
        model.next();
        client.close();
        await(closed);
        UsageRecord record = gateway.record();
        assertThat(record.status()).isEqualTo(499);
        assertThat(record.cancelled()).isTrue();
        assertThat(gateway.records).isEmpty();
    }

    @Test
    void aCutOffAnswerLooksCutOff() throws IOException {
        model.script((_, exchange) -> {
            exchange.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"half\":");
            exchange.close();
        });
        try (RawClient client = gateway.client()) {
            client.post(CHAT, gateway.key.reveal(), BODY);
            assertThat(client.head().header("content-length")).isEqualTo("100");
            assertThat(client.rest()).startsWith("{\"half\":").hasSizeLessThan(20);
        }
        model.script((_, exchange) -> {
            exchange.raw(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{\"half\"\r\n");
            exchange.close();
        });
        try (RawClient client = gateway.client()) {
            client.post(CHAT, gateway.key.reveal(), BODY);
            client.head();
            assertThat(client.chunk()).isEqualTo("{\"half\"");
            assertThat(client.rest()).doesNotContain("0\r\n");
        }
    }

    @Test
    void anAnswerThatEndsWithItsConnectionIsChunkedForTheCaller() throws IOException {
        model.script((_, exchange) -> {
            exchange.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + ANSWER);
            exchange.close();
        });
        RawClient.Answer answer = gateway.chat(BODY);
        assertThat(answer.header("transfer-encoding")).isEqualTo("chunked");
        assertThat(answer.body()).isEqualTo(ANSWER);
        assertThat(gateway.record().inputTokens()).isEqualTo(12);
    }

    @Test
    void aCallerOfHttp10GetsAnAnswerWithoutChunks() throws IOException {
        model.script((_, exchange) -> {
            exchange.startStream();
            exchange.chunk("data: [DONE]\n\n");
            exchange.endStream();
        });
        try (RawClient client = gateway.client()) {
            client.send("POST " + CHAT + " HTTP/1.0\r\nAuthorization: bearer " + gateway.key.reveal()
                    + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
            assertThat(client.rest()).endsWith("\r\n\r\ndata: [DONE]\n\n").doesNotContain("chunked");
        }
    }

    @Test
    void aMuchLargerBodyIsPassedOnInPiecesWithItsModelReplaced() throws IOException {
        String filler = "x".repeat(3_000_000);
        String body = "{\"a\":\"" + filler + "\",\"model\":\"bot\",\"z\":\"" + filler + "\",\"stream\":false}";
        RawClient.Answer answer = gateway.chat(body);
        assertThat(answer.status()).isEqualTo(200);
        FakeModelServer.Request request = model.next();
        // Whoever told a length is passed on with one, filled up with spaces: some model servers can't read chunks.
        assertThat(request.headers())
                .containsEntry("content-length", String.valueOf(request.text().length()))
                .doesNotContainKey("transfer-encoding");
        assertThat(request.text().stripTrailing()).isEqualTo(body.replace("\"bot\"", "\"served-model\""));
        assertThat(gateway.record().requestBytes()).isEqualTo(body.length());
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead(CHAT, gateway.key.reveal(), "Transfer-Encoding: chunked")
                    + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(200);
        }
        request = model.next();
        assertThat(request.headers())
                .containsEntry("transfer-encoding", "chunked")
                .doesNotContainKey("content-length");
        assertThat(request.text()).isEqualTo(body.replace("\"bot\"", "\"served-model\""));
    }

    @Test
    void aLargeFormKeepsItsLengthOnceItsModelHasPassed() throws IOException {
        gateway.changes.putEndpoint(
                GatewayFixture.endpoint("ears", dev.inferencekey.contract.workload.TaskType.AUDIO2TEXT));
        gateway.serve("ears", model);
        String name = "--B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nears\r\n";
        String file = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n"
                + "x".repeat(300_000) + "\r\n";
        String served = name.replace("ears", GatewayFixture.MODEL);
        for (boolean modelFirst : new boolean[] {true, false}) {
            String body = (modelFirst ? name + file : file + name) + "--B--\r\n";
            try (RawClient client = gateway.client()) {
                client.send(RawClient.postHead(
                                        "/endpoint/acme/ears/v1/audio/transcriptions",
                                        gateway.key.reveal(),
                                        "Content-Length: " + body.length())
                                .replace("application/json", "multipart/form-data; boundary=B")
                        + body);
                assertThat(client.answer().status()).isEqualTo(200);
            }
            FakeModelServer.Request request = model.next();
            assertThat(request.text()).isEqualTo((modelFirst ? served + file : file + served) + "--B--\r\n");
            assertThat(request.headers()).containsKey(modelFirst ? "content-length" : "transfer-encoding");
        }
    }

    @Test
    void aBodyThatIsTooLargeToBeRepeatedIsNeverLostToAKeptConnectionThatIsClosed() throws IOException {
        java.util.Map<Integer, Boolean> used = new java.util.concurrent.ConcurrentHashMap<>();
        model.script((_, exchange) -> {
            if (used.put(exchange.connection(), true) == null) {
                exchange.whole(200, "application/json", ANSWER);
            } else {
                exchange.close(); // As a server does that has found it idle for too long at this very moment.
            }
        });
        for (int size : new int[] {100, 60_000, 70_000, 200_000, 2_000_000, 70_000, 100}) {
            String body = "{\"model\":\"bot\",\"x\":\"" + "x".repeat(size) + "\"}";
            for (int i = 0; i < 3; i++) {
                assertThat(gateway.chat(body).status()).as("%d bytes", size).isEqualTo(200);
            }
        }
    }

    @Test
    void aBodyInWhichAMemberIsThereTwiceNeverReachesAModelServerWhole() throws IOException {
        CountDownLatch closed = new CountDownLatch(1);
        model.leaveBodies();
        model.script((_, exchange) -> {
            if (exchange.waitForClose()) {
                closed.countDown();
            }
        });
        for (String key : new String[] {"model", "Model", "\u017ftream"}) {
            RawClient.Answer small = gateway.chat("{\"model\":\"bot\",\"stream\":false,\"" + key + "\":\"big\"}");
            assertThat(small.status()).isEqualTo(400);
            assertThat(small.body())
                    .contains("invalid_request", key.equals("model") ? "twice" : "some readers take for");
        }
        assertThat(model.seen()).isZero();
        String large = "{\"model\":\"bot\",\"x\":\"" + "x".repeat(500_000) + "\",\"MODEL\":\"big\"}";
        assertThat(gateway.chat(large).status()).isEqualTo(400);
        await(closed);
    }

    @Test
    void aHeaderThatWasJudgedReachesTheModelServerWhateverConnectionLists() throws IOException {
        gateway.post(
                CHAT,
                gateway.key.reveal(),
                BODY,
                "Connection: content-type, Content-Length, authorization, x-request-id, traceparent, keep-alive",
                "X-Request-Id: the-one",
                "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        assertThat(model.next().headers())
                .containsEntry("content-type", "application/json")
                .containsEntry(
                        "content-length",
                        String.valueOf(BODY.replace("bot", GatewayFixture.MODEL).length()))
                .containsEntry("authorization", "Bearer " + GatewayFixture.SECRET)
                .containsEntry("x-request-id", "the-one")
                .containsEntry("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }

    @Test
    void headersByWhichServersRouteBillOrAuthenticateNeverReachTheModelServer() throws IOException {
        gateway.post(
                CHAT,
                gateway.key.reveal(),
                BODY,
                "X-HTTP-Method-Override: DELETE",
                "X-Method-Override: DELETE",
                "X-Original-URL: /admin",
                "X-Rewrite-URL: /admin",
                "X-Forwarded-Uri: /admin",
                "OpenAI-Organization: org-other",
                "OpenAI-Project: proj-other",
                "X-Goog-Api-Key: other",
                "X-Goog-User-Project: other",
                "X-Auth-Token: other",
                "Anthropic-Version: 1",
                "X-Portkey-Provider: other",
                "X-HF-Bill-To: other",
                "X-Data-Parallel-Rank: 7",
                "X-Anything-Else: 1",
                "Cache-Control: no-store",
                "Idempotency-Key: i-1",
                "User-Agent: caller/1",
                "Accept: application/json",
                "OpenAI-Beta: yes");
        assertThat(model.next().headers().keySet())
                .containsExactlyInAnyOrder(
                        "accept",
                        "accept-encoding",
                        "authorization",
                        "content-length",
                        "content-type",
                        "host",
                        "idempotency-key",
                        "openai-beta",
                        "user-agent",
                        "x-request-id");
    }

    @Test
    void aLargeBodyThatTurnsOutMalformedIsRefusedAndTheModelServerLetGo() throws IOException {
        CountDownLatch closed = new CountDownLatch(1);
        model.leaveBodies();
        model.script((_, exchange) -> {
            if (exchange.waitForClose()) {
                closed.countDown();
            }
        });
        String body = "{\"a\":\"" + "x".repeat(200_000) + "\"]";
        RawClient.Answer answer = gateway.chat(body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("invalid_request", "a JSON object");
        await(closed);
    }

    @Test
    void anAnswerThatComesBeforeTheRequestsEndIsPassedOn() throws IOException {
        model.leaveBodies();
        model.script((_, exchange) -> exchange.whole(413, "application/json", "{\"error\":\"too big\"}"));
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead(CHAT, gateway.key.reveal(), "Content-Length: 10000000") + "{\"a\":\""
                    + "x".repeat(200_000));
            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.body()).isEqualTo("{\"error\":\"too big\"}");
        }
    }

    @Test
    void aSlowModelServerHoldsTheCallersBodyBack() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        model.leaveBodies();
        model.script((_, exchange) -> {
            await(release);
            exchange.close();
        });
        try (RawClient client = gateway.client()) {
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    client.send(RawClient.postHead(CHAT, gateway.key.reveal(), "Transfer-Encoding: chunked"));
                    client.send("7\r\n{\"a\":\"x\r\n");
                    byte[] chunk = ("10000\r\n" + "x".repeat(65536) + "\r\n")
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
                    for (int i = 0; i < 400; i++) {
                        client.send(chunk);
                    }
                } catch (IOException e) {
                    // The connection ends under the writer.
                }
            });
            model.next();
            // 25 MB can't have been taken: only sockets' buffers and a bounded rest are in between.
            Awaitility.await().during(Duration.ofMillis(500)).until(writer::isAlive);
            release.countDown();
        }
    }

    @Test
    void multipartIsPassedOnWithItsModelReplaced() throws IOException {
        gateway.changes.putEndpoint(
                GatewayFixture.endpoint("ears", dev.inferencekey.contract.workload.TaskType.AUDIO2TEXT));
        gateway.serve("ears", model);
        String part =
                "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nears\r\n--b\r\nContent-Disposition: form-data;"
                        + " name=\"file\"; filename=\"a.wav\"\r\n\r\n";
        for (int size : new int[] {10, 1_000_000}) {
            String body = part + "\u0001".repeat(size) + "\r\n--b--\r\n";
            try (RawClient client = gateway.client()) {
                client.send(
                        "POST /endpoint/acme/ears/v1/audio/transcriptions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                                + gateway.key.reveal()
                                + "\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: "
                                + body.length() + "\r\n\r\n" + body);
                assertThat(client.answer().status()).isEqualTo(200);
            }
            assertThat(model.next().text()).isEqualTo(body.replace("\r\nears\r\n", "\r\nserved-model\r\n"));
        }
    }

    @Test
    void aCallerWhoAsksFirstIsToldToGoOnOnlyAfterTheChecks() throws IOException {
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead(
                    CHAT, gateway.key.reveal(), "Content-Length: " + BODY.length(), "Expect: 100-continue"));
            assertThat(client.answer().status()).isEqualTo(100);
            client.send(BODY);
            assertThat(client.answer().status()).isEqualTo(200);
        }
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead(
                    CHAT, "ik_live_nonsense", "Content-Length: " + BODY.length(), "Expect: 100-continue"));
            assertThat(client.answer().status()).isEqualTo(401);
            assertThat(client.closedByPeer()).isTrue();
        }
        assertThat(model.next().headers()).doesNotContainKey("expect");
    }

    /** An address where nothing listens any more. */
    private static URI nobody() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whileUsageCanNotBeKeptRequestsAreRefusedAndThenServedAgain() throws IOException {
        gateway.meteringFull = true;
        RawClient.Answer refused = gateway.chat(BODY);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).contains("metering_unavailable");
        assertThat(Integer.parseInt(refused.header("retry-after"))).isPositive();
        assertThat(model.seen()).isZero();
        gateway.meteringFull = false;
        assertThat(gateway.chat(BODY).status()).isEqualTo(200);
    }
}
