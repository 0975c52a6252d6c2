package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that speak HTTP/2, by the JDK's client and frame by frame. */
@Tag("slow")
final class Http2Test {
    private static final TestIdentity AUTHORITY = TestIdentity.authority("test root");
    private static final SSLContext TRUST = AUTHORITY.client(null);

    private final FakeModelServer model = FakeModelServer.answering("application/json", "{\"ok\":true}");
    private final FakeModelServer manager = new FakeModelServer(
            (request, exchange) -> exchange.raw("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: "
                    + request.text().length() + "\r\n\r\n" + request.text()));
    private final HttpClient http = HttpClient.newBuilder().sslContext(TRUST).build();
    private EdgeConfig edge = EdgeConfig.defaults();
    private GatewayFixture gateway;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        edge = EdgeConfig.defaults().withTls(AUTHORITY.issue("server").write(folder));
        gateway = gateway(GatewayConfig.builder());
    }

    private GatewayFixture gateway(GatewayConfig.Builder config) {
        return new GatewayFixture(config.edge(edge), manager).serve("bot", model);
    }

    private void restart(GatewayConfig.Builder config) {
        gateway.close();
        gateway = gateway(config);
    }

    @AfterEach
    void close() throws IOException {
        http.shutdownNow();
        gateway.close();
        model.close();
        manager.close();
    }

    private URI url(String path) {
        return URI.create("https://127.0.0.1:" + gateway.server.port() + path);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(url(path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + gateway.key.reveal())
                .header("Content-Type", "application/json");
    }

    private HttpRequest chat() {
        return request(CHAT).POST(BodyPublishers.ofString(BODY)).build();
    }

    private RawHttp2Client raw() throws IOException {
        return new RawHttp2Client(TRUST, gateway.server.port());
    }

    private List<String> sound() {
        return Http2SmugglingTest.sound(gateway.key.reveal());
    }

    private static void awaitIt(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aChatIsAnswered() throws Exception {
        HttpResponse<String> answer = http.send(chat(), BodyHandlers.ofString());
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"ok\":true}");
        assertThat(answer.headers().firstValue("x-request-id")).isPresent();
        assertThat(answer.headers().map()).doesNotContainKeys("connection", "transfer-encoding");
        assertThat(model.next().headers()).containsEntry("content-length", Integer.toString(BODY.length() + 9));
        assertThat(gateway.record().status()).isEqualTo(200);
    }

    @Test
    void aStreamComesChunkByChunk() throws Exception {
        CountDownLatch firstSeen = new CountDownLatch(1);
        model.script((_, exchange) -> {
            exchange.startStream();
            exchange.chunk("data: {\"n\":1}\n\n");
            awaitIt(firstSeen);
            exchange.chunk("data: [DONE]\n\n");
            exchange.endStream();
        });
        HttpResponse<InputStream> answer = http.send(
                request(CHAT)
                        .POST(BodyPublishers.ofString("{\"model\":\"bot\",\"stream\":true,\"messages\":[]}"))
                        .build(),
                BodyHandlers.ofInputStream());
        BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), UTF_8));
        assertThat(lines.readLine()).isEqualTo("data: {\"n\":1}");
        firstSeen.countDown();
        assertThat(lines.lines().toList()).contains("data: [DONE]");
    }

    @Test
    void fiftyRequestsAtATimeShareOneConnection() throws Exception {
        CountDownLatch allThere = new CountDownLatch(50);
        http.send(chat(), BodyHandlers.ofString());
        model.script((_, exchange) -> {
            allThere.countDown();
            awaitIt(allThere);
            exchange.whole(200, "application/json", "{\"all\":true}");
        });
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            answers.add(http.sendAsync(chat(), BodyHandlers.ofString()));
        }
        Set<String> connections = new HashSet<>();
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertThat(answer.get(20, TimeUnit.SECONDS).body()).isEqualTo("{\"all\":true}");
            connections.add(answer.get().connectionLabel().orElseThrow());
        }
        assertThat(connections).hasSize(1);
    }

    @Test
    void leavingAnAnswerCancelsItAtTheModelServer() throws Exception {
        CountDownLatch cancelled = new CountDownLatch(1);
        model.script((_, exchange) -> {
            exchange.startStream();
            exchange.chunk("data: 1\n\n");
            if (exchange.waitForClose()) {
                cancelled.countDown();
            }
        });
        HttpResponse<InputStream> answer = http.send(chat(), BodyHandlers.ofInputStream());
        assertThat(answer.body().read()).isEqualTo('d');
        answer.body().close();
        assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(gateway.record().cancelled()).isTrue();
    }

    @Test
    void aResetReachesTheModelServerAndSparesTheNeighbours() throws Exception {
        CountDownLatch cancelled = new CountDownLatch(1);
        model.script((_, exchange) -> {
            if (exchange.waitForClose()) {
                cancelled.countDown();
            }
        });
        try (RawHttp2Client client = raw()) {
            client.headers(1, false, sound()).data(1, true, BODY);
            model.next();
            client.reset(1);
            assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
            model.script((_, exchange) -> exchange.whole(200, "application/json", "{}"));
            client.headers(3, false, sound()).data(3, true, BODY);
            assertThat(client.answer(3).status()).isEqualTo(200);
        }
    }

    @Test
    void aConnectionThatEndsCancelsEverythingOnIt() throws Exception {
        CountDownLatch cancelled = new CountDownLatch(3);
        model.script((_, exchange) -> {
            if (exchange.waitForClose()) {
                cancelled.countDown();
            }
        });
        try (RawHttp2Client client = raw()) {
            for (int stream = 1; stream < 7; stream += 2) {
                client.headers(stream, false, sound()).data(stream, true, BODY);
                model.next();
            }
        }
        assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void largeBodiesPassBothWaysWithAndWithoutADeclaredLength() throws Exception {
        byte[] body = "0123456789".repeat(300_000).getBytes(UTF_8);
        for (HttpRequest.BodyPublisher publisher : List.of(
                BodyPublishers.ofByteArray(body), BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))) {
            HttpResponse<byte[]> answer =
                    http.send(request("/api/upload").POST(publisher).build(), BodyHandlers.ofByteArray());
            assertThat(answer.body()).isEqualTo(body);
            assertThat(answer.headers().firstValue("set-cookie")).hasValue("a=b");
        }
    }

    @Test
    void anUploadThatNobodyReadsStopsAndLeavingEndsIt() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        manager.leaveBodies();
        CountDownLatch go = new CountDownLatch(1);
        manager.script((_, exchange) -> {
            awaitIt(go);
            if (exchange.waitForClose()) {
                left.countDown();
            }
        });
        AtomicLong pulled = new AtomicLong();
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                pulled.incrementAndGet();
                return 'x';
            }

            @Override
            public int read(byte[] into, int from, int length) {
                pulled.addAndGet(length);
                return length;
            }
        };
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(
                request("/api/upload")
                        .POST(BodyPublishers.ofInputStream(() -> endless))
                        .build(),
                BodyHandlers.ofString());
        AtomicLong before = new AtomicLong(-1);
        await().pollInterval(Duration.ofMillis(400))
                .until(() -> pulled.get() > 0 && before.getAndSet(pulled.get()) == pulled.get());
        assertThat(pulled.get()).isLessThan(32 << 20);
        answer.cancel(true);
        go.countDown();
        assertThat(left.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aSlowReaderHoldsUpTheModelServerAndThenGetsEverything() throws Exception {
        AtomicLong written = new AtomicLong();
        String chunk = "x".repeat(64 * 1024);
        model.script((_, exchange) -> {
            exchange.raw("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 500; i++) {
                exchange.chunk(chunk);
                written.addAndGet(chunk.length());
            }
            exchange.endStream();
        });
        HttpResponse<InputStream> answer = http.send(chat(), BodyHandlers.ofInputStream());
        AtomicLong before = new AtomicLong(-1);
        await().pollInterval(Duration.ofMillis(400))
                .until(() -> written.get() > 0 && before.getAndSet(written.get()) == written.get());
        assertThat(written.get()).isLessThan(500L * chunk.length());
        assertThat(answer.body().readAllBytes()).hasSize(500 * chunk.length());
    }

    @Test
    void errorsKeepTheirStatusAndTheConnection() throws IOException {
        try (RawHttp2Client client = raw()) {
            List<String> stranger = Http2SmugglingTest.sound("nonsense");
            client.headers(1, false, stranger).data(1, true, BODY);
            assertThat(client.answer(1).status()).isEqualTo(401);
            List<String> elsewhere = sound();
            elsewhere.set(3, "/endpoint/acme//x");
            client.headers(3, false, elsewhere).data(3, true, BODY);
            assertThat(client.answer(3).status()).isEqualTo(400);
            client.headers(5, false, sound()).data(5, true, "{");
            assertThat(client.answer(5).status()).isEqualTo(400);
            client.headers(7, false, sound()).data(7, true, BODY);
            assertThat(client.answer(7).status()).isEqualTo(200);
        }
    }

    @Test
    void anAnswerBeforeTheBodysEndIsWholeAndTheRestIsNotWanted() throws Exception {
        try (RawHttp2Client client = raw()) {
            client.headers(1, false, Http2SmugglingTest.sound("nonsense")).data(1, false, "{");
            RawHttp2Client.Answer answer = client.answer(1);
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.body()).contains("invalid_api_key");
            RawHttp2Client.Frame after = client.next();
            assertThat(after.type()).isEqualTo(RawHttp2Client.RST_STREAM);
            assertThat(after.errorCode()).isZero(); // NO_ERROR
        }
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(url(CHAT))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[20_000_000])))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @Test
    void trailersEndABody() throws IOException {
        try (RawHttp2Client client = raw()) {
            client.headers(1, false, sound()).data(1, false, BODY).headers(1, true, List.of("x-checksum", "1"));
            assertThat(client.answer(1).status()).isEqualTo(200);
            assertThat(model.next().headers()).doesNotContainKey("x-checksum");
        }
    }

    @Test
    void headHasNoBody() throws Exception {
        HttpResponse<String> answer = http.send(
                request("/api/x").method("HEAD", BodyPublishers.noBody()).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void aClientThatAsksFirstIsToldToGoOn() throws Exception {
        HttpResponse<String> answer = http.send(
                request(CHAT)
                        .expectContinue(true)
                        .POST(BodyPublishers.ofString(BODY))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
    }

    @Test
    void anAnswerThatIsCutOffIsNotTakenForTheWhole() throws Exception {
        model.script((_, exchange) -> {
            exchange.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"a\":");
            exchange.close();
        });
        try (RawHttp2Client client = raw()) {
            client.headers(1, false, sound()).data(1, true, BODY);
            RawHttp2Client.Answer answer = client.answer(1);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.reset()).isEqualTo(2); // INTERNAL_ERROR
        }
    }

    @Test
    void moreStreamsThanAllowedAreRefused() throws Exception {
        edge = edge.withMaxConcurrentStreams(2);
        restart(GatewayConfig.builder());
        model.script((_, exchange) -> exchange.waitForClose());
        try (RawHttp2Client client = raw()) {
            for (int stream = 1; stream < 5; stream += 2) {
                client.headers(stream, false, sound()).data(stream, true, BODY);
                model.next();
            }
            client.headers(5, true, sound());
            assertThat(client.answer(5).reset()).isEqualTo(7); // REFUSED_STREAM
        }
    }

    @Test
    void requestsThatAreResetAtOnceAgainAndAgainEndTheConnection() throws IOException {
        model.script((_, exchange) -> exchange.waitForClose());
        try (RawHttp2Client client = raw()) {
            assertThatThrownBy(() -> {
                        for (int stream = 1; stream < 2000; stream += 2) {
                            client.headers(stream, false, sound()).reset(stream);
                        }
                        assertThat(client.untilGoAway().errorCode()).isEqualTo(11); // ENHANCE_YOUR_CALM
                        throw new EOFException();
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThat(model.seen()).isLessThan(250);
    }

    @Test
    void floodsOfSettingsAndPingsEndTheConnection() throws IOException {
        for (int type : new int[] {RawHttp2Client.SETTINGS, RawHttp2Client.PING}) {
            byte[] payload = new byte[type == RawHttp2Client.PING ? 8 : 0];
            try (RawHttp2Client client = raw()) {
                assertThatThrownBy(() -> {
                            for (int i = 0; i < 5000; i++) {
                                client.send(type, 0, 0, payload);
                            }
                            assertThat(client.untilGoAway().errorCode()).isEqualTo(11);
                            throw new EOFException();
                        })
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void headersBeyondTheLimitAreRefused() throws IOException {
        List<String> request = sound();
        for (int i = 0; i < 12; i++) {
            request.addAll(List.of("x-" + i, "y".repeat(3000)));
        }
        try (RawHttp2Client client = raw()) {
            byte[] block = RawHttp2Client.block(request);
            client.send(RawHttp2Client.HEADERS, RawHttp2Client.END_STREAM, 1, java.util.Arrays.copyOf(block, 16_000));
            client.send(9, 0, 1, java.util.Arrays.copyOfRange(block, 16_000, 32_000));
            client.send(9, RawHttp2Client.END_HEADERS, 1, java.util.Arrays.copyOfRange(block, 32_000, block.length));
            assertThat(client.answer(1).status()).isEqualTo(431);
        }
        assertThat(model.seen()).isZero();
    }

    @Test
    void aRequestThatTakesTooLongInAllIsEndedAndItsNeighboursGoOn() throws Exception {
        // The sweep is as frequent as the shortest timeout asks for; the leap is longer than the total one alone.
        restart(GatewayConfig.builder()
                .totalTimeout(Duration.ofSeconds(20))
                .pooledConnectionTimeout(Duration.ofMillis(40)));
        CountDownLatch letGo = new CountDownLatch(1);
        model.script((_, exchange) -> {
            if (exchange.waitForClose()) {
                letGo.countDown();
            }
        });
        try (RawHttp2Client client = raw()) {
            client.headers(1, false, sound()).data(1, true, BODY);
            model.next();
            gateway.leap.addAndGet(TimeUnit.SECONDS.toNanos(21));
            assertThat(client.answer(1).status()).isEqualTo(504);
            awaitIt(letGo);
            model.script((_, exchange) -> exchange.whole(200, "application/json", "{}"));
            client.headers(3, false, sound()).data(3, true, BODY);
            assertThat(client.answer(3).status()).isEqualTo(200);
        }
    }

    @Test
    void anIdleConnectionIsClosedInOrder() throws IOException {
        restart(GatewayConfig.builder().keepAliveTimeout(Duration.ofMillis(300)));
        try (RawHttp2Client client = raw()) {
            client.headers(1, false, sound()).data(1, true, BODY);
            assertThat(client.answer(1).status()).isEqualTo(200);
            assertThat(client.untilGoAway().errorCode()).isZero();
        }
    }

    @Test
    void stoppingTellsTheClientAndLetsStreamsEnd() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        model.script((_, exchange) -> {
            awaitIt(go);
            exchange.whole(200, "application/json", "{\"late\":true}");
        });
        try (RawHttp2Client client = raw()) {
            client.headers(1, false, sound()).data(1, true, BODY);
            model.next();
            Thread stopping = Thread.ofPlatform().name("stopping").start(gateway.server::close);
            RawHttp2Client.Frame leaving = client.untilGoAway();
            assertThat(leaving.errorCode()).isZero();
            go.countDown();
            assertThat(client.answer(1).body()).isEqualTo("{\"late\":true}");
            assertThat(stopping.join(Duration.ofSeconds(5))).isTrue();
        }
    }
}
