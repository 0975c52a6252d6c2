package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.ports.access.Budgets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that no well-behaved client sends, and clients that are slow or gone. */
@Tag("slow")
final class HttpEdgeTest {
    private final FakeModelServer model = FakeModelServer.answering("application/json", "{}");
    private final FakeModelServer manager = FakeModelServer.answering("application/json", "[]");
    private final GatewayFixture gateway = new GatewayFixture(
            GatewayConfig.builder()
                    .maxJsonBodyBytes(100_000)
                    .requestHeadTimeout(Duration.ofMillis(200))
                    .requestBodyTimeout(Duration.ofMillis(200))
                    .keepAliveTimeout(Duration.ofMillis(400))
                    .firstByteTimeout(Duration.ofMillis(300))
                    .upstreamIdleTimeout(Duration.ofMillis(300)),
            manager);

    HttpEdgeTest() {
        gateway.serve("bot", model);
    }

    @AfterEach
    void close() throws IOException {
        gateway.close();
        model.close();
        manager.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
                "Content-Length: 4\r\nContent-Length: 5\r\n",
                "Content-Length: 4\r\nContent-Length: 4\r\n",
                "Content-Length: 4, 5\r\n",
                "Content-Length: +4\r\n",
                "Content-Length: -4\r\n",
                "Content-Length: 0x4\r\n",
                "Content-Length: 4 4\r\n",
                "Content-Length: \r\n",
                "Content-Length : 4\r\n",
                "Transfer-Encoding : chunked\r\n",
                "Transfer-Encoding: chunked, identity\r\n",
                "Transfer-Encoding: identity\r\n",
                "Transfer-Encoding: xchunked\r\n",
                "Transfer-Encoding: chunked, chunked\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding:\u000bchunked\r\n",
                "X-A: b\r\n folded\r\nContent-Length: 4\r\n",
                "X-A: b\r\n\tTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding:\r\n chunked\r\n",
                "X-A: b\nContent-Length: 4\r\n",
                "X-A: b\rContent-Length: 4\r\n",
                "X-A: b\u0000\r\nContent-Length: 4\r\n",
                "no colon\r\nContent-Length: 4\r\n",
                ": empty name\r\nContent-Length: 4\r\n",
                "X(A): b\r\nContent-Length: 4\r\n",
                "Host: other\r\nContent-Length: 4\r\n",
                "Transfer-Encoding: \"chunked\"\r\n",
                "Transfer-Encoding: chunked;q=1\r\n",
                "Transfer-Encoding: gzip, chunked\r\n",
                "Transfer-Encoding:\r\nContent-Length: 4\r\n",
                "Transfer-Encoding: chunked\u0000\r\n",
                "Transfer-Encoding: \u00a0chunked\r\n",
                "Transfer-Encoding\u0000: chunked\r\n",
                "Transfer-Encoding\n: chunked\r\n",
                "\u000bTransfer-Encoding: chunked\r\n",
                "X: y\nTransfer-Encoding: chunked\r\n",
                "X: y\rTransfer-Encoding: chunked\r\n",
                "Content-Length: 4\r\ncontent-length: 40\r\n",
                "Content-Length: 1e1\r\n",
                "Content-Length: 4;\r\n",
                "Content-Length: \"4\"\r\n",
                "Content-Length: 9999999999999999999\r\n",
                "Content-Length:\u000b4\r\n",
                "Content-Length\t: 4\r\n"
            })
    void whatCouldBeReadInTwoWaysIsRefusedAndTheConnectionClosed(String headers) throws IOException {
        for (String path : new String[] {CHAT, "/api/projects"}) {
            try (RawClient client = gateway.client()) {
                client.send("POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + gateway.key.reveal()
                        + "\r\n" + headers + "\r\n0\r\n\r\nGET /api/smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
                RawClient.Answer answer = client.answer();
                assertThat(answer.status()).isEqualTo(400);
                assertThat(answer.header("connection")).isEqualTo("close");
                assertThat(client.closedByPeer()).isTrue();
            }
        }
        assertThat(model.seen()).isZero();
        assertThat(manager.seen()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /x HTTP/1.1\nHost: x\n\n",
                "GET\t/x HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /x\u000bHTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /x HTTP/1.1\r\r\nHost: x\r\n\r\n",
                " GET /x HTTP/1.1\r\nHost: x\r\n\r\n",
                "G\u0000T /x HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /x\r\n\r\n",
                "GET /x HTTP/9\r\nHost: x\r\n\r\n",
                "GET /x HTTP/1.1\r\n Host: x\r\n\r\n",
                "GET /x HTTP/1.1\r\n\r\n",
                "\u0016\u0003\u0001\u0000\u00a5\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            })
    void aRequestLineThatIsNoneIsRefused(String request) throws IOException {
        try (RawClient client = gateway.client()) {
            client.send(request.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
            assertThat(client.answer().status()).isEqualTo(400);
            assertThat(client.closedByPeer()).isTrue();
        }
        assertThat(manager.seen()).isZero();
    }

    @Test
    void aFoldedLineIsFoundInAnyPieces() throws IOException {
        String request = "GET /x HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n\r\n";
        for (int cut = 1; cut < request.length(); cut += 3) {
            try (RawClient client = gateway.client()) {
                client.send(request.substring(0, cut));
                client.send(request.substring(cut));
                assertThat(client.answer().status()).isEqualTo(400);
            }
        }
        assertThat(manager.seen()).isZero();
    }

    @Test
    void soundRequestsInAnyPiecesAndOnOneConnectionAreServed() throws IOException {
        String request = "\r\n" + RawClient.postHead(CHAT, gateway.key.reveal(), "Transfer-Encoding: chunked")
                + "1;ext=1\r\n{\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n";
        try (RawClient client = gateway.client()) {
            for (int cut = 1; cut < request.length(); cut += 5) {
                client.send(request.substring(0, cut));
                client.send(request.substring(cut));
                assertThat(client.answer().status()).isEqualTo(200);
                assertThat(model.next().text()).isEqualTo("{\"model\":\"served-model\"}");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://gateway/endpoint/acme/bot/v1/chat/completions",
                "*",
                "gateway:80",
                "/endpoint/acme/bot/../embedder/v1/embeddings",
                "/endpoint/acme/bot/./v1/chat/completions",
                "/endpoint//acme/bot/v1/chat/completions",
                "/endpoint/acme/bot//v1/chat/completions",
                "/endpoint/acme/bot/v1/chat/completions/",
                "/endpoint/acme/bot/v1%2fchat/completions",
                "/endpoint/acme/b%6ft/v1/chat/completions",
                "/endpoint/acme/bot/%2e%2e/v1/chat/completions",
                "/endpoint/acme/bot\\v1/chat/completions",
                "/endpoint/acme/bot/v1/chat/completions#x",
                "/endpoint/acme/bot/v1/models/%",
                "/endpoint/acme/bot/v1/models/%ff",
                "/endpoint/acme/bot/v1/models/%zz"
            })
    void aTargetThatCouldBeReadInTwoWaysIsRefused(String target) throws IOException {
        RawClient.Answer answer = gateway.post(target, gateway.key.reveal(), BODY);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("invalid_request");
        assertThat(model.seen()).isZero();
        assertThat(manager.seen()).isZero();
    }

    @Test
    void tooMuchIsRefused() throws IOException {
        String key = gateway.key.reveal();
        assertThat(gateway.post("/endpoint/acme/bot/" + "x".repeat(9000), key, BODY)
                        .status())
                .isEqualTo(400);
        assertThat(gateway.post(CHAT, key, BODY, "X-A: " + "x".repeat(40_000)).status())
                .isEqualTo(400);
        RawClient.Answer declared = gateway.post(CHAT, key, "{\"a\":\"" + "x".repeat(100_000) + "\"}");
        assertThat(declared.status()).isEqualTo(413);
        assertThat(declared.body()).contains("body_too_large", "100000", "invalid_request_error");
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead(CHAT, key, "Transfer-Encoding: chunked") + "19000\r\n{\"a\":\""
                    + "x".repeat(0x19000 - 6) + "\r\n");
            assertThat(client.answer().status()).isEqualTo(413);
        }
    }

    @Test
    void whatCannotBeScannedIsRefused() throws IOException {
        String key = gateway.key.reveal();
        try (RawClient client = gateway.client()) {
            client.send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                    + "\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}");
            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(415);
            assertThat(answer.body()).contains("unsupported_media_type", "application/json");
            client.send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                    + "\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}");
            assertThat(client.answer().status()).isEqualTo(415);
            client.send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                    + "\r\nContent-Length: 2\r\n\r\n{}");
            assertThat(client.answer().status()).isEqualTo(200);
        }
        assertThat(gateway.post(CHAT, key, "{\"a\":1").body()).contains("invalid_request", "a JSON object");
        assertThat(gateway.post(CHAT, key, "").status()).isEqualTo(400);
    }

    @Test
    void anErrorBeforeTheBodysEndKeepsASmallRestAndCutsALargeOne() throws IOException {
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead(CHAT, "garbage", "Content-Length: 50000"));
            assertThat(client.answer().status()).isEqualTo(401);
            client.send("x".repeat(50_000));
            client.post(CHAT, gateway.key.reveal(), BODY);
            assertThat(client.answer().status()).isEqualTo(200);
        }
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead(CHAT, "garbage", "Content-Length: 50000000") + "x".repeat(100_000));
            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @Test
    void brokenChunksAreRefusedAndTheConnectionClosed() throws IOException {
        for (String chunks :
                new String[] {"x\r\n", "5\r\nhello0\r\n", "0x5\r\nhello\r\n0\r\n\r\n", "5\nhello\r\n0\r\n\r\n"}) {
            try (RawClient client = gateway.client()) {
                client.send(RawClient.postHead(CHAT, gateway.key.reveal(), "Transfer-Encoding: chunked") + chunks);
                assertThat(client.answer().status()).isEqualTo(400);
                assertThat(client.closedByPeer()).isTrue();
            }
        }
        assertThat(model.seen()).isZero();
    }

    @Test
    void slowHeadsSlowBodiesAndIdleConnectionsAreClosed() throws IOException {
        try (RawClient client = gateway.client()) {
            client.send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nX-");
            assertThat(client.closedByPeer()).isTrue();
        }
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead(CHAT, gateway.key.reveal(), "Content-Length: 100") + "{\"a\":");
            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains("stopped coming");
            assertThat(client.closedByPeer()).isTrue();
        }
        try (RawClient client = gateway.client()) {
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @Test
    void aModelServerThatIsSilentTimesOut() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        model.script((_, exchange) -> {
            if (exchange.waitForClose()) {
                closed.countDown();
            }
        });
        RawClient.Answer answer = gateway.chat(BODY);
        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.body()).contains("upstream_timeout");
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
        model.script((_, exchange) -> {
            exchange.startStream();
            exchange.chunk("data: {}\n\n");
            exchange.waitForClose();
        });
        assertThat(gateway.chat(BODY).body()).startsWith("data: {}\n\ndata: {\"error\"");
    }

    @Test
    void aReaderWhoTakesNothingForTooLongIsCutOff() throws Exception {
        CountDownLatch cut = new CountDownLatch(1);
        try (FakeModelServer endless = new FakeModelServer((_, exchange) -> {
                    exchange.startStream();
                    try {
                        while (true) {
                            exchange.chunk("data: " + "x".repeat(10_000) + "\n\n");
                        }
                    } catch (IOException e) {
                        cut.countDown();
                        throw e;
                    }
                });
                GatewayFixture impatient =
                        new GatewayFixture(GatewayConfig.builder().slowReaderTimeout(Duration.ofMillis(300)), null);
                RawClient client = new RawClient(impatient.server.port(), 16 * 1024)) {
            impatient.serve("bot", endless);
            client.post(CHAT, impatient.key.reveal(), BODY);
            assertThat(cut.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(impatient.record().cancelled()).isTrue();
        }
    }

    @Test
    void upgradesAreIgnored() throws IOException {
        RawClient.Answer answer = gateway.post(
                CHAT,
                gateway.key.reveal(),
                BODY,
                "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(model.next().headers()).doesNotContainKeys("upgrade", "http2-settings", "connection");
    }

    @Test
    void moreConnectionOptionsThanAnybodyNeedsAreRefusedOnBothPlanes() throws IOException {
        for (String path : new String[] {CHAT, "/api/x"}) {
            for (String header : new String[] {
                "Connection: " + "a,".repeat(MessageHead.MAX_CONNECTION_OPTIONS + 1),
                "Connection: " + "a,".repeat(15_000),
                "Connection: a\r\n".repeat(MessageHead.MAX_CONNECTION_OPTIONS) + "Connection: a",
            }) {
                try (RawClient client = gateway.client()) {
                    client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + header + "\r\n\r\n");
                    RawClient.Answer answer = client.answer();
                    assertThat(answer.status()).isEqualTo(400);
                    assertThat(answer.body()).contains("invalid_request");
                }
            }
        }
        assertThat(manager.seen()).isZero();
        String most = "Connection: X-Mine, " + "a,".repeat(MessageHead.MAX_CONNECTION_OPTIONS - 2) + "keep-alive";
        try (RawClient client = gateway.client()) {
            client.send(
                    "GET /api/x HTTP/1.1\r\nHost: x\r\nX-Mine: 1\r\nx-mine: 2\r\nX-Other: 3\r\n" + most + "\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(200);
        }
        assertThat(manager.next().headers()).containsKey("x-other").doesNotContainKeys("x-mine", "connection");
    }

    @Test
    void aBodyInManySmallChunksIsPassedOnWhole() throws IOException {
        String body = "{\"model\":\"bot\",\"x\":\"" + "ab ".repeat(30_000) + "\"}";
        StringBuilder chunks = new StringBuilder();
        for (int i = 0; i < body.length(); i++) {
            chunks.append("1\r\n").append(body.charAt(i)).append("\r\n");
        }
        for (String path : new String[] {CHAT, "/api/x"}) {
            try (RawClient client = gateway.client()) {
                client.send(RawClient.postHead(path, gateway.key.reveal(), "Transfer-Encoding: chunked") + chunks
                        + "0\r\n\r\n");
                assertThat(client.answer().status()).isEqualTo(200);
            }
        }
        assertThat(model.next().text()).isEqualTo(body.replace("bot", GatewayFixture.MODEL));
        assertThat(manager.next().text()).isEqualTo(body);
    }

    @Test
    void headAndOptionsAreAnsweredLikeAnyOtherWrongMethod() throws IOException {
        for (String method : new String[] {"OPTIONS", "PUT", "DELETE"}) {
            try (RawClient client = gateway.client()) {
                client.send(method + " " + CHAT + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                        + gateway.key.reveal() + "\r\n\r\n");
                RawClient.Answer answer = client.answer();
                assertThat(answer.status()).isEqualTo(405);
                assertThat(answer.header("allow")).isEqualTo("POST");
                assertThat(answer.body()).contains("method_not_allowed");
            }
        }
        try (RawClient client = gateway.client()) {
            client.send("HEAD " + CHAT + " HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.answer(true).status()).isEqualTo(401);
            client.send("OPTIONS " + CHAT + " HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(401);
        }
    }

    @Test
    void beforeTheFirstSnapshotNoKeyIsCalledWrong() throws IOException {
        AccessTable empty = new AccessTable();
        try (GatewayServer server = GatewayServer.start(
                        GatewayConfig.builder().port(0).build(),
                        empty,
                        gateway,
                        Budgets.NONE,
                        new ManagerUpstream("x"),
                        prefix -> prefix + "_1",
                        InstantSource.system(),
                        System::nanoTime,
                        GatewayObservation.NONE,
                        GatewayFixture.OUTWARD_ALONE);
                RawClient client = new RawClient(server.port())) {
            client.post(CHAT, gateway.key.reveal(), BODY);
            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body()).contains("access_state_unavailable");
            client.post(CHAT, "ik_live_x", BODY);
            assertThat(client.answer().status()).isEqualTo(401);
        }
    }

    @Test
    void aPortInUseIsOneSentenceThatNamesIt() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            GatewayConfig config =
                    GatewayConfig.builder().port(taken.getLocalPort()).build();
            assertThatThrownBy(() -> GatewayServer.start(
                            config,
                            gateway.table,
                            gateway,
                            Budgets.NONE,
                            new ManagerUpstream("x"),
                            prefix -> prefix,
                            InstantSource.system(),
                            System::nanoTime,
                            GatewayObservation.NONE,
                            GatewayFixture.OUTWARD_ALONE))
                    .isInstanceOf(GatewayStartException.class)
                    .hasMessageContaining("port " + taken.getLocalPort())
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void closingLetsRunningRequestsEndAndTellsTheOthers() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (FakeModelServer slow = new FakeModelServer((_, exchange) -> {
                    exchange.startStream();
                    exchange.chunk("data: {}\n\n");
                    try {
                        assertThat(release.await(10, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    exchange.chunk("data: [DONE]\n\n");
                    exchange.endStream();
                });
                GatewayFixture stopping = new GatewayFixture();
                RawClient idle = stopping.client();
                RawClient client = stopping.client()) {
            stopping.serve("bot", slow);
            client.post(CHAT, stopping.key.reveal(), BODY);
            client.head();
            assertThat(client.chunk()).isEqualTo("data: {}\n\n");
            Thread closing = Thread.ofVirtual().start(stopping.server::close);
            assertThat(idle.closedByPeer()).isTrue();
            release.countDown();
            assertThat(client.chunk()).isEqualTo("data: [DONE]\n\n");
            assertThat(client.chunk()).isEmpty();
            assertThat(client.closedByPeer()).isTrue();
            closing.join();
        }
        try (FakeModelServer endless = new FakeModelServer((_, exchange) -> {
                    exchange.startStream();
                    exchange.chunk("data: {}\n\n");
                    exchange.waitForClose();
                });
                GatewayFixture stopping =
                        new GatewayFixture(GatewayConfig.builder().stopTimeout(Duration.ofMillis(50)), null);
                RawClient client = stopping.client()) {
            stopping.serve("bot", endless);
            client.post(CHAT, stopping.key.reveal(), BODY);
            client.head();
            assertThat(client.chunk()).isEqualTo("data: {}\n\n");
            stopping.server.close();
            assertThat(client.chunk()).startsWith("data: {\"error\"");
        }
    }

    @Test
    void aRevokedKeyIsRefusedOnTheNextRequestOfTheSameConnection() throws IOException {
        LiveKey key = gateway.mint("key_1", "acme", Grants.ofEntireProject(), CredentialState.ACTIVE, null);
        try (RawClient client = gateway.client()) {
            assertThat(client.post(CHAT, key.reveal(), BODY).answer().status()).isEqualTo(200);
            gateway.changes.putKey(GatewayFixture.entry(
                    "key_1", "acme", Grants.ofEntireProject(), CredentialState.REVOKED, null, key));
            RawClient.Answer answer = client.post(CHAT, key.reveal(), BODY).answer();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.body()).contains(key.redacted(), "revoked");
        }
    }

    @Test
    void aNarrowedKeyIsRefusedWhereItMayNoLongerGoOnTheNextRequestOfTheSameConnection() throws IOException {
        LiveKey key = gateway.mint("key_1", "acme", Grants.ofEntireProject(), CredentialState.ACTIVE, null);
        try (RawClient client = gateway.client()) {
            assertThat(client.post(CHAT, key.reveal(), BODY).answer().status()).isEqualTo(200);
            gateway.changes.putKey(GatewayFixture.entry(
                    "key_1", "acme", Grants.ofWorkloads(Set.of("embedder")), CredentialState.ACTIVE, null, key));
            assertThat(client.post(CHAT, key.reveal(), BODY).answer().status()).isEqualTo(403);
        }
    }
}
