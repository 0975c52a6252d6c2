package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.access.OpenRequests.Which;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Requests under way that end because their key or workload has gone. */
@Tag("slow")
final class EndRequestsTest {
    private static final String STREAM = "{\"stream\":true}";
    private static final String HI = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n";

    private final GatewayFixture gateway = new GatewayFixture();
    private final BlockingQueue<Boolean> closings = new LinkedBlockingQueue<>();
    private final FakeModelServer model = new FakeModelServer((request, exchange) -> {
        if (request.text().contains("stream\":true")) {
            exchange.startStream();
            exchange.chunk(HI);
        }
        closings.add(exchange.waitForClose());
    });

    EndRequestsTest() {
        gateway.serve("bot", model);
    }

    @AfterEach
    void close() throws IOException {
        gateway.close();
        model.close();
    }

    private LiveKey key(String id) {
        return gateway.mint(id, "acme", Grants.ofEntireProject(), CredentialState.ACTIVE, null);
    }

    private RawClient streaming(LiveKey key) throws IOException {
        RawClient client = gateway.client().post(CHAT, key.reveal(), STREAM);
        client.head();
        assertThat(client.chunk()).isEqualTo(HI);
        return client;
    }

    private static void assertEnded(RawClient client, String code) throws IOException {
        assertThat(client.chunk()).startsWith("data: {\"error\":").contains("\"code\":\"" + code + "\"");
        assertThat(client.chunk()).isEmpty();
        assertThat(client.closedByPeer()).isTrue();
    }

    @Test
    void theStreamsOfAKeyEndWithAnErrorOnEveryLoopAndOthersGoOn() throws IOException {
        LiveKey leaked = key("key_leaked");
        LiveKey other = key("key_other");
        List<RawClient> streams = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            streams.add(streaming(leaked));
        }
        try (RawClient good = streaming(other)) {
            assertThat(gateway.server.end(new Which.OfKey("key_leaked"))).isEqualTo(6);

            for (RawClient stream : streams) {
                assertEnded(stream, "invalid_api_key");
                stream.close();
                assertThat(GatewayFixture.poll(closings)).isTrue();
                UsageRecord record = gateway.record();
                assertThat(record.keyId()).isEqualTo("key_leaked");
                assertThat(record.status()).isEqualTo(200);
                assertThat(record.error()).isEqualTo("invalid_api_key");
                assertThat(record.outputTokens()).isEqualTo(1);
                assertThat(record.estimated()).isTrue();
            }
            assertThat(gateway.records).isEmpty();
            assertThat(gateway.server.end(new Which.OfKey("key_leaked"))).isZero();
            assertThat(gateway.server.end(new Which.OfKey("key_other"))).isEqualTo(1);
            assertEnded(good, "invalid_api_key");
        }
    }

    @Test
    void aRequestWithoutAnAnswerIsRefused() throws IOException {
        try (RawClient client = gateway.client()) {
            client.post(CHAT, gateway.key.reveal(), GatewayFixture.BODY);
            model.next();

            assertThat(gateway.server.end(new Which.OfKey("key_project"))).isEqualTo(1);

            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.body()).contains("invalid_api_key");
        }
        assertThat(gateway.record().status()).isEqualTo(401);
    }

    @Test
    void theStreamsOfAWorkloadEndAsIfItWereNotThere() throws IOException {
        try (RawClient client = streaming(gateway.key)) {
            assertThat(gateway.server.end(new Which.OfWorkload("wl_embedder"))).isZero();
            assertThat(gateway.server.end(new Which.OfWorkload("wl_bot"))).isEqualTo(1);

            assertEnded(client, "workload_not_found");
        }
    }

    @Test
    void whatIsNoLongerAllowedEndsAndTheRestGoesOn() throws IOException {
        LiveKey revoked = key("key_revoked");
        LiveKey disabled = key("key_disabled");
        try (RawClient ofRevoked = streaming(revoked);
                RawClient ofDisabled = streaming(disabled);
                RawClient good = streaming(gateway.key)) {
            gateway.changes.removeKey("key_revoked");
            gateway.changes.putKey(GatewayFixture.entry(
                    "key_disabled", "acme", Grants.ofEntireProject(), CredentialState.DISABLED, null, disabled));

            assertThat(gateway.server.end(new Which.NoLongerAllowed())).isEqualTo(2);
            assertEnded(ofRevoked, "invalid_api_key");
            assertEnded(ofDisabled, "invalid_api_key");

            gateway.changes.removeEndpoint("wl_bot");
            assertThat(gateway.server.end(new Which.NoLongerAllowed())).isEqualTo(1);
            assertEnded(good, "workload_not_found");
        }
    }

    @Test
    void aGatewayThatHasStoppedHasNothingToEnd() {
        gateway.close();

        assertThat(gateway.server.end(new Which.OfKey("key_project"))).isZero();
    }
}
