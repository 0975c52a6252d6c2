package dev.inferencekey.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is not data plane goes to the manager and back. */
@Tag("slow")
final class ControlProxyTest {
    private final FakeModelServer manager = new FakeModelServer((request, exchange) -> exchange.raw(
            "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nSet-Cookie: a=b\r\nLocation: /x\r\nX-Request-Id: theirs\r\n"
                    + "X-InferenceKey-Internal: leak\r\nContent-Length: "
                    + request.text().length() + "\r\n\r\n"
                    + request.text()));
    private final GatewayFixture gateway = new GatewayFixture(GatewayConfig.builder(), manager);

    @AfterEach
    void close() throws IOException {
        gateway.close();
        manager.close();
    }

    @Test
    void whoeverCallsBeforeTheControlPlaneListensIsAnsweredOnceItDoes() throws Exception {
        ManagerUpstream starting = new ManagerUpstream(GatewayFixture.INTERNAL);
        manager.script((_, exchange) -> exchange.whole(200, "application/json", "{}"));
        try (GatewayServer server = gateway.another(starting);
                RawClient reader = new RawClient(server.port());
                RawClient writer = new RawClient(server.port());
                RawClient inference = new RawClient(server.port())) {
            reader.get("/api/projects", "ik_sdk_x");
            writer.post("/api/projects", "ik_sdk_x", "{\"a\":1}");
            try (RawClient impatient = new RawClient(server.port())) {
                impatient.post("/api/projects", "ik_sdk_x", "{\"never\":1}");
            }
            // The one event loop has taken everything before this one in.
            inference.post(GatewayFixture.CHAT, "ik_live_x", "{}");
            assertThat(inference.answer().status()).isEqualTo(401);
            assertThat(manager.seen()).isZero();

            starting.listensAt(new InetSocketAddress(InetAddress.getLoopbackAddress(), manager.port()));
            assertThat(reader.answer().status()).isEqualTo(200);
            assertThat(writer.answer().status()).isEqualTo(200);
            assertThat(List.of(manager.next().text(), manager.next().text()))
                    .containsExactlyInAnyOrder("", "{\"a\":1}");
            assertThat(manager.seen()).isZero();
        }
    }

    @Test
    void aRequestAndItsAnswerPassThrough() throws IOException {
        RawClient.Answer answer = gateway.post(
                "/api/projects?x=1&y=%2F",
                gateway.key.reveal(),
                "{\"a\":1}",
                "Cookie: ik_session=abc",
                "X-CSRF-Token: t",
                "X-Request-Id: my-id",
                "X-Forwarded-For: 6.6.6.6",
                "X-Forwarded-Host: evil",
                "X-InferenceKey-Internal: guess",
                "Connection: X-Hop",
                "X-Hop: y",
                "Upgrade: h2c");
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.body()).isEqualTo("{\"a\":1}");
        assertThat(answer.headers())
                .containsEntry("set-cookie", "a=b")
                .containsEntry("location", "/x")
                .containsEntry("x-request-id", "my-id")
                .doesNotContainKey("x-inferencekey-internal");
        FakeModelServer.Request request = manager.next();
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.target()).isEqualTo("/api/projects?x=1&y=%2F");
        assertThat(request.headers())
                .containsEntry("x-inferencekey-internal", GatewayFixture.INTERNAL)
                .containsEntry("x-forwarded-for", "127.0.0.1")
                .containsEntry("x-forwarded-proto", "http")
                .containsEntry("x-request-id", "my-id")
                .containsEntry("host", "gateway")
                .containsEntry("cookie", "ik_session=abc")
                .containsEntry("x-csrf-token", "t")
                .containsEntry("authorization", "Bearer " + gateway.key.reveal())
                .doesNotContainKeys("x-hop", "upgrade", "x-forwarded-host", "connection");
        assertThat(gateway.records).isEmpty();
    }

    @Test
    void aLargeUploadIsPassedOnAsItComes() throws IOException {
        String body = "x".repeat(5_000_000);
        assertThat(gateway.post("/api/upload", "t", body).body()).isEqualTo(body);
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead("/api/upload", "t", "Transfer-Encoding: chunked")
                    + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
            assertThat(client.answer().body()).isEqualTo("hello world");
        }
    }

    @Test
    void anEventStreamPassesEventByEventAndLeavingEndsIt() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        manager.script((_, exchange) -> {
            exchange.startStream();
            exchange.chunk("data: 1\n\n");
            if (exchange.waitForClose()) {
                closed.countDown();
            }
        });
        try (RawClient client = gateway.client()) {
            client.get("/api/projects/acme/workloads/bot/readiness-events", "t");
            assertThat(client.head().header("content-type")).isEqualTo("text/event-stream");
            assertThat(client.chunk()).isEqualTo("data: 1\n\n");
        }
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aCallerWhoAsksFirstIsToldToGoOn() throws IOException {
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead("/api/x", "t", "Content-Length: 2", "Expect: 100-continue"));
            assertThat(client.answer().status()).isEqualTo(100);
            client.send("hi");
            assertThat(client.answer().body()).isEqualTo("hi");
        }
    }

    @Test
    void readingIsRepeatedOnAKeptConnectionThatWasClosedAndChangingIsNot() throws IOException {
        try (RawClient client = gateway.client()) {
            client.get("/api/a", "t");
            assertThat(client.answer().status()).isEqualTo(201);
            manager.script((_, exchange) -> {
                if (manager.connections() == 1) {
                    exchange.close();
                } else {
                    exchange.whole(200, "text/plain", "again");
                }
            });
            client.get("/api/b", "t");
            assertThat(client.answer().body()).isEqualTo("again");
            int before = manager.seen();
            manager.script((_, exchange) -> exchange.close());
            client.post("/api/c", "t", "x");
            assertThat(client.answer().status()).isEqualTo(503);
            assertThat(manager.seen()).isEqualTo(before + 1);
        }
    }

    @Test
    void headAndEmptyAnswersKeepTheConnection() throws IOException {
        try (RawClient client = gateway.client()) {
            manager.script((_, exchange) -> exchange.raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"));
            client.send("HEAD /api/x HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.answer(true).header("content-length")).isEqualTo("10");
            manager.script((_, exchange) -> exchange.raw("HTTP/1.1 204 No Content\r\n\r\n"));
            client.send("DELETE /api/x HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(204);
            manager.script((_, exchange) -> exchange.raw("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n"));
            client.send("GET /api/x HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.answer(true).status()).isEqualTo(304);
            manager.script((_, exchange) -> exchange.whole(200, "text/plain", "end"));
            client.send("GET /api/x HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.answer().body()).isEqualTo("end");
        }
    }

    @Test
    void inferenceGoesOnWhenTheManagerIsAwayAndOtherRequestsAreToldSo() throws IOException {
        manager.close();
        RawClient.Answer answer = gateway.post("/api/projects", "t", "{}");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body())
                .startsWith("{\"error\":\"control_plane_unavailable\",\"message\":\"")
                .contains("\"request_id\":\"req_");
        assertThat(Integer.parseInt(answer.header("retry-after"))).isPositive();
        try (FakeModelServer model = FakeModelServer.answering("application/json", "{}")) {
            gateway.serve("bot", model);
            assertThat(gateway.chat(GatewayFixture.BODY).status()).isEqualTo(200);
        }
    }

    @Test
    void methodsThatNobodyNeedsAreRefused() throws IOException {
        try (RawClient client = gateway.client()) {
            client.send("TRACE /api/x HTTP/1.1\r\nHost: x\r\nCookie: secret\r\n\r\n");
            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(405);
            assertThat(answer.body()).doesNotContain("secret");
            assertThat(answer.header("allow")).contains("GET").doesNotContain("TRACE");
        }
        try (RawClient client = gateway.client()) {
            client.send("CONNECT /api/x HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(405);
        }
        assertThat(manager.seen()).isZero();
    }
}
