package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.gateway.LimitLease.Decision;
import dev.inferencekey.server.ports.access.Backends;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One request at a time: whatever way it ends, the next is let in. */
@Tag("slow")
final class ConcurrencyLimitTest {
    private static final Limits ONE = new Limits(null, null, 1);
    private static final String STREAM = "{\"stream\":true}";

    private final CountDownLatch goOn = new CountDownLatch(1);
    private final FakeModelServer model = FakeModelServer.answering("application/json", "{}");
    private GatewayFixture gateway = new GatewayFixture();
    private LiveKey key = gateway.mintLimited("key_l", ONE);

    ConcurrencyLimitTest() {
        gateway.serve("bot", model);
    }

    @AfterEach
    void close() throws IOException {
        goOn.countDown();
        gateway.close();
        model.close();
    }

    private void use(GatewayConfig.Builder config) {
        gateway.close();
        gateway = new GatewayFixture(config, null);
        key = gateway.mintLimited("key_l", ONE);
        gateway.serve("bot", model);
    }

    private void answersWhenTold() {
        model.script((_, exchange) -> {
            waitUntilTold();
            exchange.whole(200, "application/json", "{}");
        });
    }

    private void waitUntilTold() {
        try {
            goOn.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A request that has reached the model server. */
    private RawClient running(String body) throws IOException {
        RawClient client = gateway.client();
        client.post(CHAT, key.reveal(), body);
        model.next();
        return client;
    }

    private int status() throws IOException {
        return gateway.post(CHAT, key.reveal(), BODY).status();
    }

    private void requireTaken() throws IOException {
        RawClient.Answer refused = gateway.post(CHAT, key.reveal(), BODY);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.body())
                .contains(
                        "\"code\":\"concurrency_exceeded\"", "this key has reached its limit of 1 concurrent requests");
        assertThat(refused.header("retry-after")).isEqualTo("1");
        assertThat(refused.headers().keySet()).noneMatch(name -> name.startsWith("x-ratelimit"));
    }

    /** At once: whoever has the whole answer may ask again. */
    private void requireFree() throws IOException {
        model.script((_, exchange) -> exchange.whole(200, "application/json", "{}"));
        assertThat(status()).isEqualTo(200);
        assertThat(status()).isEqualTo(200);
    }

    /** Soon: where the caller has left, nobody tells when that was noticed. */
    private void requireSoonFree() throws IOException {
        model.script((_, exchange) -> exchange.whole(200, "application/json", "{}"));
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> status() == 200);
        requireFree();
    }

    @Test
    void anAnswer() throws IOException {
        answersWhenTold();
        try (RawClient client = running(BODY)) {
            requireTaken();
            goOn.countDown();
            assertThat(client.answer().status()).isEqualTo(200);
            requireFree();
        }
    }

    @Test
    void aWorkloadsLimitHoldsForAllKeys() throws IOException {
        gateway.limit("key_l", key, Limits.NONE);
        gateway.limitBot(ONE);
        answersWhenTold();
        try (RawClient client = running(BODY)) {
            RawClient.Answer refused = gateway.chat(BODY);
            assertThat(refused.body())
                    .contains("concurrency_exceeded", "the workload \\\"bot\\\" has reached its limit of 1 concurrent");
            goOn.countDown();
            assertThat(client.answer().status()).isEqualTo(200);
            assertThat(gateway.chat(BODY).status()).isEqualTo(200);
        }
    }

    @Test
    void aStream() throws IOException {
        model.script((_, exchange) -> {
            exchange.startStream();
            exchange.chunk("data: {}\n\n");
            waitUntilTold();
            exchange.chunk("data: [DONE]\n\n");
            exchange.endStream();
        });
        try (RawClient client = running(STREAM)) {
            client.head();
            client.chunk();
            requireTaken();
            goOn.countDown();
            while (!client.chunk().isEmpty()) {
                // to the end
            }
            requireFree();
        }
    }

    @Test
    void aCallerThatLeavesBeforeTheAnswer() throws IOException {
        model.script((_, exchange) -> exchange.waitForClose());
        try (RawClient _ = running(BODY)) {
            requireTaken();
        }
        requireSoonFree();
    }

    @Test
    void aCallerThatLeavesInsideAStream() throws IOException {
        model.script((_, exchange) -> {
            exchange.startStream();
            exchange.chunk("data: {}\n\n");
            exchange.waitForClose();
        });
        try (RawClient client = running(STREAM)) {
            client.head();
            requireTaken();
        }
        requireSoonFree();
    }

    @Test
    void aCallerThatLeavesInsideItsBody() throws IOException {
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead(CHAT, key.reveal(), "Content-Length: 100", "Expect: 100-continue"));
            assertThat(client.head().status()).isEqualTo(100);
            requireTaken();
        }
        requireSoonFree();
    }

    @Test
    void aCallerThatLeavesWhileItWaitsForAReplica() throws IOException {
        gateway.table.setBackends("wl_bot", new Backends.Starting());
        try (RawClient client = gateway.client()) {
            client.post(CHAT, key.reveal(), BODY);
            GatewayFixture.poll(gateway.demands);
            requireTaken();
        }
        gateway.serve("bot", model);
        requireSoonFree();
    }

    @Test
    void aModelServerThatDiesBeforeItsAnswer() throws IOException {
        model.script((_, exchange) -> {
            waitUntilTold();
            exchange.close();
        });
        try (RawClient client = running(BODY)) {
            requireTaken();
            goOn.countDown();
            assertThat(client.answer().status()).isEqualTo(502);
            requireFree();
        }
    }

    @Test
    void aModelServerThatDiesInsideAStream() throws IOException {
        model.script((_, exchange) -> {
            exchange.startStream();
            exchange.chunk("data: {}\n\n");
            waitUntilTold();
            exchange.close();
        });
        try (RawClient client = running(STREAM)) {
            client.head();
            requireTaken();
            goOn.countDown();
            assertThat(client.rest()).contains("upstream_error");
            requireFree();
        }
    }

    @Test
    void aModelServerThatDiesInsideAnAnswer() throws IOException {
        model.script((_, exchange) -> {
            exchange.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
            waitUntilTold();
            exchange.close();
        });
        try (RawClient client = running(BODY)) {
            client.head();
            requireTaken();
            goOn.countDown();
            client.rest();
            requireFree();
        }
    }

    @Test
    void aModelServerThatCannotBeReached() throws IOException {
        gateway.table.setBackends(
                "wl_bot",
                new Backends.Ready(java.util.List.of(
                        GatewayFixture.target("rep_gone", java.net.URI.create("http://127.0.0.1:1")))));
        assertThat(status()).isEqualTo(502);
        gateway.serve("bot", model);
        requireFree();
    }

    @Test
    void aModelServerThatIsTooSlow() throws IOException {
        use(GatewayConfig.builder().firstByteTimeout(Duration.ofMillis(300)));
        model.script((_, exchange) -> exchange.waitForClose());
        try (RawClient client = running(BODY)) {
            assertThat(client.answer().status()).isEqualTo(504);
            requireFree();
        }
    }

    @Test
    void aBodyThatIsRefused() throws IOException {
        for (String body : new String[] {"not json", "{\"a\":", "[]"}) {
            assertThat(gateway.post(CHAT, key.reveal(), body).status()).isEqualTo(400);
        }
        assertThat(gateway.post(CHAT, key.reveal(), BODY, "Content-Encoding: gzip")
                        .status())
                .isEqualTo(415);
        assertThat(gateway.post(CHAT, key.reveal(), BODY, "X-InferenceKey-Max-Wait: soon")
                        .status())
                .isEqualTo(400);
        requireFree();
    }

    @Test
    void aBodyThatIsTooLarge() throws IOException {
        use(GatewayConfig.builder().maxJsonBodyBytes(100));
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead(CHAT, key.reveal(), "Content-Length: 101"));
            assertThat(client.answer().status()).isEqualTo(413);
        }
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead(CHAT, key.reveal(), "Transfer-Encoding: chunked") + "80\r\n"
                    + " ".repeat(128) + "\r\n");
            assertThat(client.answer().status()).isEqualTo(413);
        }
        requireFree();
    }

    @Test
    void aBodyThatIsFramedWrongly() throws IOException {
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead(CHAT, key.reveal(), "Transfer-Encoding: chunked") + "zz\r\n");
            assertThat(client.answer().status()).isEqualTo(400);
        }
        requireFree();
    }

    @Test
    void aBodyThatStopsComing() throws IOException {
        use(GatewayConfig.builder().requestBodyTimeout(Duration.ofMillis(300)));
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead(CHAT, key.reveal(), "Content-Length: 10") + "{");
            assertThat(client.answer().status()).isEqualTo(400);
        }
        requireFree();
    }

    @Test
    void aWorkloadThatIsNotReadyInTime() throws IOException {
        gateway.table.setBackends("wl_bot", new Backends.Starting());
        assertThat(gateway.post(CHAT, key.reveal(), BODY, "X-InferenceKey-Max-Wait: 0")
                        .status())
                .isEqualTo(503);
        gateway.table.setBackends("wl_bot", new Backends.Failed());
        assertThat(status()).isEqualTo(503);
        gateway.serve("bot", model);
        requireFree();
    }

    @Test
    void moreTokensThanAreLeft() throws IOException {
        gateway.limit("key_l", key, new Limits(null, 10_000, 1));
        assertThat(gateway.post(CHAT, key.reveal(), "{\"max_tokens\":100}").status())
                .isEqualTo(200);
        assertThat(gateway.post(CHAT, key.reveal(), "{\"max_tokens\":10000}").body())
                .contains("rate_limit_exceeded");
        requireFree();
    }

    @Test
    void aFailureOfTheGatewaysOwn() throws IOException {
        gateway.failOnDemand = true;
        gateway.table.setBackends("wl_bot", new Backends.Starting());
        assertThat(status()).isEqualTo(500);
        gateway.serve("bot", model);
        requireFree();
    }

    @Test
    void theEndOfTheServer() throws IOException {
        use(GatewayConfig.builder().stopTimeout(Duration.ofMillis(100)));
        model.script((_, exchange) -> exchange.waitForClose());
        try (RawClient client = running(BODY)) {
            assertThat(isFree()).isFalse();
            gateway.close();
            assertThat(client.answer().status()).isEqualTo(503);
        }
        assertThat(isFree()).isTrue();
    }

    private boolean isFree() {
        KnownSecret known = gateway.table.secret(HexFormat.fromHexDigits(key.publicId()));
        @Nullable Limiter limiter = known == null ? null : known.limiter();
        return LimitLease.take(() -> 0, limiter, null, 1) instanceof Decision.Granted;
    }
}
