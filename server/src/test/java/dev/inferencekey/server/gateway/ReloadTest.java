package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Settings that change while requests come in. */
@Tag("slow")
final class ReloadTest {
    private static GatewayConfig.Builder usual() {
        return GatewayConfig.builder().host("127.0.0.1").port(0).threads(2);
    }

    @Test
    void aLimitOfBodiesHoldsForTheNextRequestOnAnOpenConnection() throws IOException {
        try (FakeModelServer model = FakeModelServer.answering("application/json", "{}");
                GatewayFixture gateway = new GatewayFixture(usual(), null).serve("bot", model);
                RawClient client = gateway.client()) {
            assertThat(client.post(CHAT, gateway.key.reveal(), BODY).answer().status())
                    .isEqualTo(200);
            gateway.server.reload(usual().maxJsonBodyBytes(8).build(), false);
            assertThat(client.post(CHAT, gateway.key.reveal(), BODY).answer().status())
                    .isEqualTo(413);
        }
    }

    @Test
    void aProxyThatIsNotTrustedAnyMoreIsNotBelievedOnAConnectionThatItHasOpen() throws IOException {
        EdgeConfig trusting = EdgeConfig.defaults().withTrustedProxies(new TrustedProxies(List.of("127.0.0.1")));
        try (FakeModelServer manager = FakeModelServer.answering("application/json", "[]");
                GatewayFixture gateway = new GatewayFixture(usual().edge(trusting), manager);
                RawClient client = gateway.client()) {
            client.post("/api/x", "t", "{}", "X-Forwarded-For: 198.51.100.7").answer();
            assertThat(manager.next().headers()).containsEntry("x-forwarded-for", "198.51.100.7");
            gateway.server.reload(usual().build(), false);
            client.post("/api/x", "t", "{}", "X-Forwarded-For: 198.51.100.7").answer();
            assertThat(manager.next().headers()).containsEntry("x-forwarded-for", "127.0.0.1");
            gateway.server.reload(usual().edge(trusting).build(), false);
            client.post("/api/x", "t", "{}", "X-Forwarded-For: 198.51.100.7").answer();
            assertThat(manager.next().headers()).containsEntry("x-forwarded-for", "198.51.100.7");
        }
    }

    @Test
    void aShorterTimeHoldsForConnectionsThatAreOpen() throws IOException {
        try (GatewayFixture gateway = new GatewayFixture(usual(), null);
                RawClient client = gateway.client()) {
            assertThat(client.post("/endpoint/acme/bot/v1/models", "t", "")
                            .answer()
                            .status())
                    .isEqualTo(401);
            gateway.server.reload(
                    usual().keepAliveTimeout(Duration.ofMillis(50)).build(), false);
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @Test
    void moreRequestsMayWaitAfterwards() {
        HeldRequests held = new HeldRequests(1);
        assertThat(held.enter(place("a"))).isTrue();
        assertThat(held.enter(place("a"))).isFalse();
        held.most(2);
        assertThat(held.enter(place("a"))).isTrue();
        assertThat(held.enter(place("a"))).isFalse();
    }

    private static HeldRequests.Place place(String key) {
        return new HeldRequests.Place(key, () -> {}, () -> {});
    }

    @Test
    void onlyWhatALoopCanTakeOverDiffersAfterwards() {
        GatewayConfig running = usual().build();
        GatewayConfig fresh = usual().maxHeaderBytes(16 << 10)
                .maxHeldRequests(3)
                .edge(EdgeConfig.defaults()
                        .withCors(new CorsPolicy(Set.of("*")))
                        .withMaxConcurrentStreams(7))
                .build();
        GatewayConfig reloaded = running.reloaded(fresh);
        assertThat(reloaded.maxHeaderBytes()).isEqualTo(running.maxHeaderBytes());
        assertThat(reloaded.edge().maxConcurrentStreams())
                .isEqualTo(running.edge().maxConcurrentStreams());
        assertThat(reloaded.maxHeldRequests()).isEqualTo(3);
        assertThat(reloaded.edge().cors()).isEqualTo(fresh.edge().cors());
    }
}
