package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.node.NodePeers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes: the replica runs on {@code home}, and calls arrive at {@code away}. */
@Tag("slow")
final class NodeListenerTest {
    private static final TestIdentity NODES = TestIdentity.authority("nodes");

    private final FakeModelServer model = FakeModelServer.answering("application/json", "{\"ok\":true}");
    private GatewayFixture home;
    private GatewayFixture away;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        home = node(Files.createDirectory(folder.resolve("home"))).serve("bot", model);
        away = node(Files.createDirectory(folder.resolve("away")));
        serveFromHome("rep_0");
    }

    @AfterEach
    void close() throws IOException {
        away.close();
        home.close();
        model.close();
    }

    private static NodeListener listener(Path folder, TestIdentity identity) throws IOException {
        Path authority = folder.resolve("nodes.crt");
        Files.writeString(authority, NODES.bundle().getCertificatePEM());
        return new NodeListener("127.0.0.1", 0, identity.write(folder), authority);
    }

    private static GatewayFixture node(Path folder) throws IOException {
        EdgeConfig edge = EdgeConfig.defaults().withNodeListener(listener(folder, NODES.issue("node")));
        return new GatewayFixture(GatewayConfig.builder().edge(edge), null);
    }

    private int homePort() {
        return home.server.nodePort().orElseThrow();
    }

    private ReplicaTarget atHome(String replicaId) {
        return ReplicaTarget.onNode(replicaId, "127.0.0.1:" + homePort(), GatewayFixture.MODEL);
    }

    private void serveFromHome(String replicaId) {
        away.table.setBackends("wl_bot", new Backends.Ready(List.of(atHome(replicaId))));
    }

    private RawClient.Answer asNode(SSLContext client, String protocol, String path) throws IOException {
        try (RawClient raw = new RawClient(TestIdentity.connect(client, homePort(), protocol))) {
            return raw.post(path, "nothing", "{}").answer();
        }
    }

    @Test
    void aCallIsHandedToTheReplicaAsIfItHadArrivedThere() throws IOException {
        RawClient.Answer answer =
                away.post(CHAT, away.key.reveal(), BODY, "X-Request-Id: r-1", "User-Agent: me", "Cookie: secret");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"ok\":true}");
        assertThat(answer.header("x-request-id")).isEqualTo("r-1");
        FakeModelServer.Request seen = model.next();
        assertThat(seen.target()).isEqualTo("/v1/chat/completions");
        assertThat(seen.text()).isEqualTo("{\"model\":\"" + GatewayFixture.MODEL + "\",\"messages\":[]}");
        assertThat(seen.headers())
                .containsEntry("authorization", "Bearer " + GatewayFixture.SECRET)
                .containsEntry("x-request-id", "r-1")
                .containsEntry("user-agent", "me")
                .doesNotContainKey("cookie");
    }

    @Test
    void itIsMeteredOnceWhereItArrived() throws IOException {
        model.script((_, exchange) -> exchange.whole(
                200,
                "application/json",
                "{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7}}"));
        away.chat(BODY);
        UsageRecord record = away.record();
        assertThat(record.inputTokens()).isEqualTo(3);
        assertThat(record.outputTokens()).isEqualTo(4);
        assertThat(away.records).isEmpty();
        assertThat(home.records).isEmpty();
    }

    @Test
    void callsBetweenNodesAreCountedAndTimedAtBothEnds() throws IOException {
        model.script((_, exchange) -> {
            away.leap.addAndGet(Duration.ofMillis(700).toNanos());
            exchange.whole(200, "application/json", "{}");
        });
        for (int i = 0; i < 3; i++) {
            away.chat(BODY);
        }
        Metric.Distribution hops = (Metric.Distribution) GatewayMetricsTest.metric(away, "gateway_node_hop_seconds")
                .points()
                .getFirst();
        assertThat(hops.counts().stream().mapToLong(Long::longValue).sum()).isEqualTo(3);
        assertThat(hops.sum()).isBetween(2.1, 60.0);
        assertThat(GatewayMetricsTest.value(home, "gateway_node_calls_total")).isEqualTo(3);
        assertThat(GatewayMetricsTest.value(home, "gateway_node_hop_seconds")).isZero();
        assertThat(GatewayMetricsTest.value(away, "gateway_node_hop_failures_total"))
                .isZero();

        serveFromHome("rep_gone");
        away.post(CHAT, away.key.reveal(), BODY, "X-InferenceKey-Max-Wait: 0");
        assertThat(GatewayMetricsTest.value(away, "gateway_node_hop_failures_total"))
                .isEqualTo(1);
        assertThat(GatewayMetricsTest.value(away, "gateway_node_hop_seconds")).isEqualTo(3);
        assertThat(GatewayMetricsTest.value(home, "gateway_node_calls_total")).isEqualTo(3);
    }

    @Test
    void aStreamComesPieceByPiece() throws IOException {
        model.script((_, exchange) -> {
            exchange.startStream();
            exchange.chunk("data: {\"n\":1}\n\n");
            exchange.waitForClose();
        });
        try (RawClient client = away.client()) {
            client.post(CHAT, away.key.reveal(), "{\"model\":\"bot\",\"stream\":true}");
            model.next();
            assertThat(client.head().header("content-type")).isEqualTo("text/event-stream");
            assertThat(client.chunk()).isEqualTo("data: {\"n\":1}\n\n");
            assertThat(home.table.outstanding("rep_0")).isEqualTo(1);
        }
        await().until(() -> home.table.outstanding("rep_0") == 0);
    }

    @Test
    void aCallerThatLeavesEndsTheWorkAtTheModelServer() throws Exception {
        CompletableFuture<Boolean> left = new CompletableFuture<>();
        model.script((_, exchange) -> left.complete(exchange.waitForClose()));
        try (RawClient client = away.client()) {
            client.post(CHAT, away.key.reveal(), BODY);
            model.next();
        }
        assertThat(left.get()).isTrue();
        await().until(() -> home.table.outstanding("rep_0") == 0);
    }

    @Test
    void aLargeBodyGoesThroughInPieces() throws IOException {
        String body = "{\"model\":\"bot\",\"text\":\"" + "a".repeat(3_000_000) + "\"}";
        assertThat(away.chat(body).status()).isEqualTo(200);
        String sent = body.replace("\"bot\"", "\"" + GatewayFixture.MODEL + "\"");
        assertThat(model.next().text().strip().equals(sent)).isTrue();
    }

    @Test
    void anAnswerThatBreaksOffIsNotTakenForTheWhole() throws IOException {
        model.script((_, exchange) -> {
            exchange.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"half\":");
            exchange.close();
        });
        RawClient.Answer answer = away.chat(BODY);
        assertThat(answer.header("content-length")).isEqualTo("100");
        assertThat(answer.body()).isEqualTo("{\"half\":");
        assertThat(away.record().error()).isEqualTo("upstream_error");
    }

    @Test
    void aStreamWithoutALengthThatEndsWithItsConnectionIsNotTakenForTheWhole() throws IOException {
        model.script((_, exchange) -> {
            exchange.raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {\"n\":1}\n\n");
            exchange.close();
        });
        RawClient.Answer answer = away.chat("{\"model\":\"bot\",\"stream\":true}");
        assertThat(answer.body())
                .contains("data: {\"n\":1}", "the model server stopped before its answer was complete");
    }

    @Test
    void whatIsSaidOfALocalReplicaIsSaidOfOneElsewhere() throws IOException {
        model.script((_, exchange) -> exchange.close());
        RawClient.Answer closed = away.chat(BODY);
        assertThat(closed.status()).isEqualTo(502);
        assertThat(closed.body()).contains("upstream_error", "closed the connection without an answer");

        model.script((_, exchange) -> exchange.raw("HTTP/1.1 200 OK\nbare: line\n\n"));
        RawClient.Answer malformed = away.chat(BODY);
        assertThat(malformed.status()).isEqualTo(502);
        assertThat(malformed.body()).contains("not valid HTTP");
    }

    @Test
    void aConnectionThatTheModelServerHasClosedMeanwhileCostsNoCall() throws IOException {
        try (RawClient client = away.client()) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.post(CHAT, away.key.reveal(), BODY).answer().status())
                        .isEqualTo(200);
                model.dropConnections();
            }
        }
    }

    @Test
    void callsShareConnectionsBetweenNodes() throws IOException {
        try (RawClient client = away.client()) {
            for (int i = 0; i < 20; i++) {
                client.post(CHAT, away.key.reveal(), BODY).answer();
            }
        }
        assertThat(model.connections()).isEqualTo(1);
    }

    @Test
    void aModelServerCanNotSpeakForItsNode() throws IOException {
        model.script(
                (_, exchange) -> exchange.raw(
                        "HTTP/1.1 200 OK\r\nX-InferenceKey-Node: not-here\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"));
        RawClient.Answer answer = away.chat(BODY);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers()).doesNotContainKey("x-inferencekey-node");
    }

    @Test
    void aCallerCanNotSpeakForANode() throws IOException {
        RawClient.Answer answer = home.post(
                "/replicas/rep_0/v1/chat/completions", home.key.reveal(), BODY, "X-InferenceKey-Node: not-here");
        assertThat(answer.status()).isNotEqualTo(200);
        assertThat(home.post(CHAT, home.key.reveal(), BODY, "X-InferenceKey-Node: not-here")
                        .status())
                .isEqualTo(200);
        assertThat(model.next().headers()).doesNotContainKey("x-inferencekey-node");
        assertThat(model.seen()).isZero();
    }

    @Test
    void onlyWhomTheAuthorityOfTheNodesHasSignedGetsIn() throws IOException {
        String path = "/replicas/rep_0/v1/chat/completions";
        assertThat(asNode(NODES.client(NODES.issue("other")), "TLSv1.3", path).status())
                .isEqualTo(200);
        TestIdentity strangers = TestIdentity.authority("nodes"); // The same name, another key.
        for (SSLContext client : new SSLContext[] {
            NODES.client(null), NODES.client(strangers.issue("other")), NODES.client(NODES.issueExpired("other"))
        }) {
            assertThatThrownBy(() -> asNode(client, "TLSv1.3", path))
                    .isInstanceOfAny(SSLException.class, SocketException.class);
        }
        assertThatThrownBy(() -> asNode(NODES.client(NODES.issue("other")), "TLSv1.2", path))
                .isInstanceOf(SSLException.class);
        try (RawClient plain = new RawClient(homePort())) {
            assertThatThrownBy(() -> plain.post(path, "nothing", "{}").answer()).isInstanceOf(IOException.class);
        }
        assertThat(model.seen()).isEqualTo(1);
    }

    @Test
    void aNodeThatCanNotShowThatItIsOneIsNotCalled(@TempDir Path folder) throws IOException {
        TestIdentity strangers = TestIdentity.authority("nodes");
        Path authority = folder.resolve("nodes.crt");
        Files.writeString(authority, strangers.bundle().getCertificatePEM());
        NodeListener other =
                new NodeListener("127.0.0.1", 0, strangers.issue("node").write(folder), authority);
        EdgeConfig edge = EdgeConfig.defaults().withNodeListener(other);
        try (GatewayFixture stranger = new GatewayFixture(
                        GatewayConfig.builder().edge(edge).maxReadinessWait(Duration.ZERO), null)
                .serve("bot", model)) {
            away.table.setBackends(
                    "wl_bot",
                    new Backends.Ready(List.of(ReplicaTarget.onNode(
                            "rep_0", "127.0.0.1:" + stranger.server.nodePort().orElseThrow(), "m"))));
            assertThat(away.post(CHAT, away.key.reveal(), BODY, "X-InferenceKey-Max-Wait: 0")
                            .status())
                    .isEqualTo(503);
        }
        assertThat(model.seen()).isZero();
    }

    @Test
    void nothingElseIsServedToNodes() throws IOException {
        SSLContext node = NODES.client(NODES.issue("other"));
        for (String path : List.of(
                CHAT,
                "/api/projects",
                "/",
                "/replicas/rep_0",
                "/replicas/rep_0/health",
                "/replicas/rep_0/v1/models",
                "/replicas/rep_0/../v1/chat/completions",
                "/replicas/rep_0/v1/videos/x",
                "/logs/wl_bot/20",
                "/logs/wl_bot",
                "/logs/wl_bot/x",
                "/logs/wl_bot/0",
                "/logs/")) {
            assertThat(asNode(node, "TLSv1.3", path).header("x-inferencekey-node"))
                    .as(path)
                    .isEqualTo("refused");
        }
        assertThat(model.seen()).isZero();
    }

    @Test
    void aCallIsNeverHandedOnToAThirdNode() throws IOException {
        home.table.setBackends("wl_bot", new Backends.Ready(List.of(atHome("rep_9"))));
        RawClient.Answer answer =
                asNode(NODES.client(NODES.issue("other")), "TLSv1.3", "/replicas/rep_9/v1/chat/completions");
        assertThat(answer.status()).isEqualTo(421);
        assertThat(answer.header("x-inferencekey-node")).isEqualTo("not-here");
    }

    @Test
    void aNodeSaysWhetherItDecides() {
        String address = "127.0.0.1:" + homePort();
        assertThat(away.server.askWhetherItDecides(address).join()).isEqualTo(NodePeers.Answer.DECIDES);
        home.cutOff = true;
        assertThat(away.server.askWhetherItDecides(address).join()).isEqualTo(NodePeers.Answer.DECIDES_NOTHING);
        home.close();
        assertThat(away.server.askWhetherItDecides(address).join()).isEqualTo(NodePeers.Answer.UNKNOWN);
    }

    @Test
    void aNodeThatDoesNotAnswerInTimeHasNotAnswered() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(away.server
                            .askWhetherItDecides("127.0.0.1:" + silent.getLocalPort())
                            .join())
                    .isEqualTo(NodePeers.Answer.UNKNOWN);
        }
    }

    private Optional<List<String>> askHome(String workloadId, int lines) {
        return away.server
                .askForLog("127.0.0.1:" + homePort(), workloadId, lines)
                .join();
    }

    @Test
    void aNodeTellsWhatItsModelServersPrinted() {
        home.log = (workloadId, limit) -> List.of("of " + workloadId, "limit " + limit, "größer", "one\ntwo");
        assertThat(askHome("wl_bot", 20)).contains(List.of("of wl_bot", "limit 20", "größer", "one two"));
        home.log = (_, _) -> List.of();
        assertThat(askHome("wl_bot", 20)).contains(List.of());
    }

    @Test
    void ofALongLogTheEndIsTold() {
        home.log = (_, limit) -> Collections.nCopies(limit, "x".repeat(1_999));
        List<String> told = askHome("wl_bot", 1_000_000).orElseThrow();
        assertThat(told).hasSize((1 << 20) / 2_000).containsOnly("x".repeat(1_999));
    }

    @Test
    void aNodeThatTellsNoLogHasNotAnswered() throws IOException {
        assertThat(away.server
                        .askForLog("127.0.0.1:" + homePort(), "wl_bot/../x y", 20)
                        .join())
                .isEmpty();
        int port = homePort();
        home.close();
        assertThat(away.server.askForLog("127.0.0.1:" + port, "wl_bot", 20).join())
                .isEmpty();
        away.close();
        assertThat(away.server.askForLog("127.0.0.1:" + port, "wl_bot", 20).join())
                .isEmpty();
    }

    @Test
    void aNodeThatWaitsForItsOwnLogForLongHasNotAnswered() {
        CountDownLatch over = new CountDownLatch(1);
        home.log = (_, _) -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return List.of("late");
        };
        assertThat(askHome("wl_bot", 20)).isEmpty();
        over.countDown();
    }

    @Test
    void onlyNodesAreToldWhatModelServersPrinted() throws IOException {
        home.log = (_, _) -> List.of("printed");
        String path = "/logs/wl_bot/20";
        try (RawClient raw =
                new RawClient(TestIdentity.connect(NODES.client(NODES.issue("other")), homePort(), "TLSv1.3"))) {
            assertThat(raw.get(path, "nothing").answer().body()).isEqualTo("printed\n");
        }
        TestIdentity strangers = TestIdentity.authority("nodes");
        for (SSLContext client : new SSLContext[] {NODES.client(null), NODES.client(strangers.issue("other"))}) {
            assertThatThrownBy(() -> {
                        try (RawClient raw = new RawClient(TestIdentity.connect(client, homePort(), "TLSv1.3"))) {
                            raw.get(path, "nothing").answer();
                        }
                    })
                    .isInstanceOfAny(SSLException.class, SocketException.class);
        }
        try (RawClient raw = home.client()) {
            assertThat(raw.get(path, "nothing").answer().body()).doesNotContain("printed");
        }
    }

    @Test
    void aCallForAReplicaThatHasGoneIsAnsweredByAnotherOne() throws IOException {
        away.table.setBackends("wl_bot", new Backends.Ready(List.of(atHome("rep_gone"), atHome("rep_0"))));
        for (int i = 0; i < 6; i++) {
            assertThat(away.chat(BODY).status()).isEqualTo(200);
        }
    }

    @Test
    void aCallThatFindsItsNodeGoneWaitsUntilTheWorkloadIsServedElsewhere() throws Exception {
        away.chat(BODY); // Leaves a connection behind, which is then broken.
        home.close();
        try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<RawClient.Answer> held = other.submit(() -> away.chat(BODY));
            assertThat(GatewayFixture.poll(away.demands)).isEqualTo("wl_bot");
            away.serve("bot", model);
            assertThat(held.get().status()).isEqualTo(200);
        }
    }

    @Test
    void aCallThatFindsItsNodeGoneIsServedWhenTheNodeIsBack() throws Exception {
        away.table.setBackends(
                "wl_bot",
                new Backends.Ready(List.of(ReplicaTarget.onNode("rep_0", "127.0.0.1:1", GatewayFixture.MODEL))));
        try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<RawClient.Answer> held = other.submit(() -> away.chat(BODY));
            GatewayFixture.poll(away.demands);
            GatewayFixture.poll(away.demands); // It has tried again by itself.
            serveFromHome("rep_0");
            assertThat(held.get().status()).isEqualTo(200);
        }
    }

    @Test
    void aCallThatMayNotWaitIsToldToTryAgain() throws IOException {
        home.close();
        RawClient.Answer answer = away.post(CHAT, away.key.reveal(), BODY, "X-InferenceKey-Max-Wait: 0");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).contains("workload_not_ready");
        assertThat(answer.header("retry-after")).isEqualTo("5");
    }

    @Test
    void anAuthorityThatCanNotBeReadStopsTheStart(@TempDir Path folder) throws IOException {
        NodeListener listener = listener(folder, NODES.issue("node"));
        Files.writeString(listener.nodeAuthority(), "nothing");
        EdgeConfig edge = EdgeConfig.defaults().withNodeListener(listener);
        assertThatThrownBy(() -> new GatewayFixture(GatewayConfig.builder().edge(edge), null))
                .isInstanceOf(GatewayStartException.class)
                .hasMessageContaining("TLS between nodes can't be set up")
                .hasMessageContaining("nodes.crt");
    }

    @Test
    void theAddressOfANodesReplicaIsBelowItsListener() {
        assertThat(ReplicaTarget.onNode("rep_1", "node-a:9443", "m").baseUrl())
                .isEqualTo(URI.create("https://node-a:9443/replicas/rep_1"));
    }
}
