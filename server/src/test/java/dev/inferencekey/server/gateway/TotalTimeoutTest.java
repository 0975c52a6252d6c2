package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.ports.access.Backends;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A request has twenty seconds in all, whatever it spends them on. The clock leaps; what is next to a timeout is looked at often. */
@Tag("slow")
final class TotalTimeoutTest {
    private static final String EVENT = "data: {\"choices\":[]}\n\n";

    private final FakeModelServer manager = new FakeModelServer((_, exchange) -> exchange.waitForClose());
    private final GatewayFixture gateway = new GatewayFixture(
            GatewayConfig.builder()
                    .totalTimeout(Duration.ofSeconds(20))
                    .pooledConnectionTimeout(Duration.ofMillis(40))
                    .maxHeldRequests(1),
            manager);
    private final LiveKey key = gateway.mintLimited("key_l", new Limits(null, null, 1));
    private final CountDownLatch letGo = new CountDownLatch(1);
    private final FakeModelServer model = new FakeModelServer((_, exchange) -> {
        if (exchange.waitForClose()) {
            letGo.countDown();
        }
    });

    TotalTimeoutTest() {
        gateway.serve("bot", model);
    }

    @AfterEach
    void close() throws IOException {
        gateway.close();
        model.close();
        manager.close();
    }

    private void leap(int seconds) {
        gateway.leap.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    private void requireLetGo() throws InterruptedException {
        assertThat(letGo.await(10, TimeUnit.SECONDS)).isTrue();
    }

    /** The concurrency that the request held is free again, and nothing but it was metered. */
    private void requireMeteredOnceAndSettled(int status) throws IOException {
        UsageRecord record = gateway.record();
        assertThat(record.status()).isEqualTo(status);
        assertThat(record.cancelled()).isFalse();
        assertThat(gateway.records).isEmpty();
        model.script((_, exchange) -> exchange.whole(200, "application/json", "{}"));
        gateway.serve("bot", model);
        assertThat(gateway.post(CHAT, key.reveal(), BODY).status()).isEqualTo(200);
    }

    private static void requireTimeout(RawClient.Answer answer) {
        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.body())
                .contains("\"code\":\"upstream_timeout\"", "20000 ms", "ask for a shorter answer", "total timeout");
    }

    @Test
    void aRequestWithoutAnAnswerInTimeIsRefusedAndItsModelServerLetGo() throws Exception {
        try (RawClient client = gateway.client()) {
            client.post(CHAT, key.reveal(), BODY);
            model.next();
            leap(21);
            requireTimeout(client.answer());
            requireLetGo();
            requireMeteredOnceAndSettled(504);
            assertThat(client.post(CHAT, key.reveal(), BODY).answer().status()).isEqualTo(200);
        }
    }

    @Test
    void aStreamThatTakesTooLongEndsWithOneErrorEventAndTheConnection() throws Exception {
        model.script((_, exchange) -> {
            exchange.startStream();
            exchange.chunk(EVENT);
            if (exchange.waitForClose()) {
                letGo.countDown();
            }
        });
        try (RawClient client = gateway.client()) {
            client.post(CHAT, key.reveal(), "{\"stream\":true}");
            client.head();
            assertThat(client.chunk()).isEqualTo(EVENT);
            leap(21);
            assertThat(client.chunk())
                    .startsWith("data: {\"error\":{\"message\":")
                    .contains("\"code\":\"upstream_timeout\"", "20000 ms")
                    .endsWith("}}\n\n");
            assertThat(client.chunk()).isEmpty();
            assertThat(client.closedByPeer()).isTrue();
        }
        requireLetGo();
        requireMeteredOnceAndSettled(200);
    }

    @Test
    void anAnswerThatTakesTooLongIsCutOff() throws Exception {
        model.script((_, exchange) -> {
            exchange.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"half\":");
            if (exchange.waitForClose()) {
                letGo.countDown();
            }
        });
        try (RawClient client = gateway.client()) {
            client.post(CHAT, key.reveal(), BODY);
            client.head();
            leap(21);
            assertThat(client.rest()).startsWith("{\"half\":").hasSizeLessThan(20);
        }
        requireLetGo();
        requireMeteredOnceAndSettled(200);
    }

    @Test
    void theWaitForAReplicaCountsAndItsPlaceIsGivenBack() throws Exception {
        for (int round = 0; round < 2; round++) {
            gateway.table.setBackends("wl_bot", new Backends.Starting());
            try (RawClient client = gateway.client()) {
                client.post(CHAT, key.reveal(), BODY);
                assertThat(GatewayFixture.poll(gateway.demands)).isEqualTo("wl_bot");
                leap(21);
                requireTimeout(client.answer());
                requireMeteredOnceAndSettled(504);
            }
            gateway.records.clear();
        }
        assertThat(model.seen()).isEqualTo(2);
    }

    @Test
    void theTimeOfABodyThatStillComesCountsAndItsConnectionIsClosed() throws IOException {
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead(CHAT, key.reveal(), "Content-Length: 100", "Expect: 100-continue"));
            assertThat(client.head().status()).isEqualTo(100);
            leap(21);
            RawClient.Answer answer = client.answer();
            requireTimeout(answer);
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.closedByPeer()).isTrue();
        }
        requireMeteredOnceAndSettled(504);
        assertThat(model.seen()).isEqualTo(1);
    }

    @Test
    void anUploadToTheControlPlaneThatStopsIsCutOffHoweverLongItHasTaken() throws Exception {
        CountDownLatch passedOn = new CountDownLatch(1);
        manager.leaveBodies();
        manager.script((_, exchange) -> {
            exchange.skip("some and more".length());
            passedOn.countDown();
            exchange.waitForClose();
        });
        try (RawClient client = gateway.client()) {
            client.send(RawClient.postHead("/api/upload", "ik_sdk_x", "Content-Length: 100") + "some");
            manager.next();
            // Once this is there, the gateway waits for the client again: the leap falls into a silence.
            client.send(" and more");
            assertThat(passedOn.await(10, TimeUnit.SECONDS)).isTrue();
            leap(21);
            leap(10);
            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains("stopped coming");
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @Test
    void aControlPlanesEventStreamHasNoBound() throws Exception {
        CountDownLatch leapt = new CountDownLatch(1);
        manager.script((_, exchange) -> {
            exchange.startStream();
            exchange.chunk("data: 1\n\n");
            try {
                assertThat(leapt.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            exchange.chunk("data: 2\n\n");
            exchange.endStream();
        });
        model.script((_, exchange) -> exchange.waitForClose());
        try (RawClient watching = gateway.client();
                RawClient inferring = gateway.client();
                RawClient alsoInferring = gateway.client()) {
            watching.get("/api/v1/events", "ik_sdk_x");
            watching.head();
            assertThat(watching.chunk()).isEqualTo("data: 1\n\n");
            // One on each event loop, so that both are known to have looked at their timeouts.
            inferring.post(CHAT, gateway.key.reveal(), BODY);
            alsoInferring.post(CHAT, gateway.key.reveal(), BODY);
            model.next();
            model.next();
            leap(21);
            requireTimeout(inferring.answer());
            requireTimeout(alsoInferring.answer());
            leapt.countDown();
            assertThat(watching.chunk()).isEqualTo("data: 2\n\n");
            assertThat(watching.chunk()).isEmpty();
        }
    }
}
