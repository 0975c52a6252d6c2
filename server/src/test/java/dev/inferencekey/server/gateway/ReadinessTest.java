package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.ports.access.Backends;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What happens to requests while nothing serves their workload. */
@Tag("slow")
final class ReadinessTest {
    private static final Backends STARTING = new Backends.Starting();

    private final GatewayFixture gateway = new GatewayFixture();
    private final FakeModelServer model = FakeModelServer.answering("application/json", "{}");

    ReadinessTest() {
        gateway.table.setBackends("wl_bot", STARTING);
    }

    @AfterEach
    void close() throws IOException {
        gateway.close();
        model.close();
    }

    private RawClient held(GatewayFixture at) throws IOException {
        RawClient client = at.client();
        client.post(CHAT, at.key.reveal(), BODY);
        assertThat(GatewayFixture.poll(at.demands)).isEqualTo("wl_bot");
        return client;
    }

    @Test
    void aRequestWaitsUntilAReplicaIsReady() throws IOException {
        try (RawClient client = held(gateway)) {
            gateway.table.setBackends("wl_bot", new Backends.Starting());
            gateway.serve("bot", model);
            assertThat(client.answer().status()).isEqualTo(200);
        }
        assertThat(gateway.demands).isEmpty();
        assertThat(model.seen()).isEqualTo(1);
    }

    @Test
    void aWorkloadThatNobodyHasReportedYetIsWaitedFor() throws IOException {
        gateway.changes.putEndpoint(
                GatewayFixture.endpoint("young", dev.inferencekey.contract.workload.TaskType.TEXT2TEXT));
        try (RawClient client = gateway.client()) {
            client.post("/endpoint/acme/young/v1/completions", gateway.key.reveal(), BODY);
            assertThat(GatewayFixture.poll(gateway.demands)).isEqualTo("wl_young");
            gateway.serve("young", model);
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void aWaitingRequestIsToldWhenTheWorkloadFailsOrGoes() throws IOException {
        try (RawClient client = held(gateway)) {
            gateway.table.setBackends("wl_bot", new Backends.Failed());
            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body()).contains("workload_failed", "ik workload show");
            assertThat(answer.header("retry-after")).isEmpty();
        }
        gateway.table.setBackends("wl_bot", STARTING);
        try (RawClient client = held(gateway)) {
            gateway.changes.removeEndpoint("wl_bot");
            assertThat(client.answer().body()).contains("workload_not_found");
        }
    }

    @Test
    void aCallerMayNotWantToWait() throws IOException {
        for (String wish : new String[] {"0", "0.05"}) {
            RawClient.Answer answer =
                    gateway.post(CHAT, gateway.key.reveal(), BODY, "X-InferenceKey-Max-Wait: " + wish);
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body()).contains("workload_not_ready", "none of its replicas serves");
            assertThat(Integer.parseInt(answer.header("retry-after"))).isPositive();
        }
        assertThat(gateway.post(CHAT, gateway.key.reveal(), BODY, "X-InferenceKey-Max-Wait: soon")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void theWaitIsBoundedByTheSetting() throws IOException {
        try (GatewayFixture brief =
                new GatewayFixture(GatewayConfig.builder().maxReadinessWait(Duration.ofMillis(50)), null)) {
            brief.table.setBackends("wl_bot", STARTING);
            assertThat(brief.post(CHAT, brief.key.reveal(), BODY, "X-InferenceKey-Max-Wait: 600")
                            .status())
                    .isEqualTo(503);
        }
    }

    @Test
    void theNumberOfWaitingRequestsIsBoundedAndPlacesAreGivenBack() throws IOException {
        try (GatewayFixture small = new GatewayFixture(GatewayConfig.builder().maxHeldRequests(2), null)) {
            small.table.setBackends("wl_bot", STARTING);
            for (int round = 0; round < 3; round++) {
                small.table.setBackends("wl_bot", STARTING);
                try (RawClient first = held(small);
                        RawClient second = held(small)) {
                    assertThat(small.chat(BODY).status()).isEqualTo(503);
                    small.demands.clear();
                    small.serve("bot", model);
                    assertThat(first.answer().status()).isEqualTo(200);
                    assertThat(second.answer().status()).isEqualTo(200);
                }
            }
        }
    }

    @Test
    void aCallerWhoLeavesWhileWaitingIsForgotten() throws IOException {
        held(gateway).close();
        assertThat(gateway.record().status()).isEqualTo(499);
        gateway.serve("bot", model);
        assertThat(gateway.chat(BODY).status()).isEqualTo(200);
        assertThat(model.seen()).isEqualTo(1);
    }

    @Test
    void outsideItsWindowAWorkloadSaysWhenItOpens() throws IOException {
        gateway.table.setBackends("wl_bot", new Backends.Closed(GatewayFixture.NOW.plusSeconds(90)));
        RawClient.Answer answer = gateway.chat(BODY);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).contains("workload_not_ready");
        assertThat(answer.header("retry-after")).isEqualTo("90");
        gateway.table.setBackends("wl_bot", new Backends.Closed(null));
        assertThat(gateway.chat(BODY).header("retry-after")).isEmpty();
        assertThat(gateway.demands).isEmpty();
    }

    @Test
    void aLargeBodyWaitsTooAndIsThenPassedOnWhole() throws IOException {
        String body = "{\"a\":\"" + "x".repeat(2_000_000) + "\",\"model\":\"bot\"}";
        try (RawClient client = gateway.client()) {
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    client.post(CHAT, gateway.key.reveal(), body);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertThat(GatewayFixture.poll(gateway.demands)).isEqualTo("wl_bot");
            gateway.serve("bot", model);
            assertThat(client.answer().status()).isEqualTo(200);
            assertThat(writer.isAlive()).isFalse();
        }
        assertThat(model.next().text().stripTrailing()).isEqualTo(body.replace("\"bot\"", "\"served-model\""));
    }
}
