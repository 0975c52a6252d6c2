package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.ports.access.Budgets;
import dev.inferencekey.server.ports.health.Health;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes that serve one plane. */
@Tag("slow")
final class NodeRoleTest {
    private final FakeModelServer model = FakeModelServer.answering("application/json", "{}");
    private final FakeModelServer manager = FakeModelServer.answering("application/json", "[]");
    private final GatewayFixture fixture = new GatewayFixture().serve("bot", model);
    private volatile boolean well = true;

    private final Health health = new Health() {
        @Override
        public Report live() {
            return new Report(List.of(new Check("event_loops", true, true, "every \"one\"", Instant.EPOCH)));
        }

        @Override
        public Report ready() {
            return new Report(List.of(new Check("access_table", well, true, "loaded", Instant.EPOCH)));
        }
    };

    @AfterEach
    void close() throws IOException {
        fixture.close();
        model.close();
        manager.close();
    }

    private GatewayServer node(NodeRole role, ManagerUpstream upstream) {
        return GatewayServer.start(
                GatewayConfig.builder()
                        .host("127.0.0.1")
                        .port(0)
                        .threads(1)
                        .build()
                        .ofNode(role, null),
                fixture.table,
                fixture,
                Budgets.NONE,
                upstream,
                prefix -> prefix + "_1",
                InstantSource.fixed(GatewayFixture.NOW),
                System::nanoTime,
                GatewayObservation.NONE,
                GatewayFixture.OUTWARD_ALONE);
    }

    @Test
    void aGatewayServesInference() throws IOException {
        try (GatewayServer node = node(NodeRole.GATEWAY, ManagerUpstream.none(health));
                RawClient client = new RawClient(node.port())) {
            assertThat(client.post(CHAT, fixture.key.reveal(), BODY).answer().status())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/projects", "/sign-in", "/", "/openapi.json", "/api/nodes"})
    void aGatewaySaysWhereTheControlPlaneIs(String path) throws IOException {
        try (GatewayServer node = node(NodeRole.GATEWAY, ManagerUpstream.none(health));
                RawClient client = new RawClient(node.port())) {
            RawClient.Answer answer = client.get(path, "").answer();
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.body())
                    .contains("not_found", "the control plane is at nodes with the role manager or all");
        }
    }

    @Test
    void aGatewayTellsLoadBalancersHowItIsOnItsOwn() throws IOException {
        try (GatewayServer node = node(NodeRole.GATEWAY, ManagerUpstream.none(health));
                RawClient client = new RawClient(node.port())) {
            RawClient.Answer ready = client.get("/health/ready", "").answer();
            assertThat(ready.status()).isEqualTo(200);
            assertThat(ready.body())
                    .isEqualTo("{\"status\":\"ready\",\"checks\":[{\"name\":\"access_table\",\"ok\":true,"
                            + "\"required\":true,\"message\":\"loaded\",\"since\":\"1970-01-01T00:00:00Z\"}]}");
            well = false;
            RawClient.Answer notReady = client.get("/health/ready", "").answer();
            assertThat(notReady.status()).isEqualTo(503);
            assertThat(notReady.body()).contains("\"not_ready\"");
            assertThat(client.get("/health/live", "").answer().body()).contains("\"live\"", "every \\\"one\\\"");
        }
    }

    @Test
    void aManagerPassesTheControlPlaneOnAndServesNoInference() throws IOException {
        try (GatewayServer node = node(NodeRole.MANAGER, GatewayFixture.managerAt(manager.port()))) {
            try (RawClient client = new RawClient(node.port())) {
                assertThat(client.get("/api/projects", "").answer().body()).isEqualTo("[]");
            }
            try (RawClient client = new RawClient(node.port())) {
                RawClient.Answer answer =
                        client.post(CHAT, fixture.key.reveal(), BODY).answer();
                assertThat(answer.status()).isEqualTo(404);
                assertThat(answer.body())
                        .contains("route_not_served", "inference is at nodes with the role gateway or all");
            }
        }
        assertThat(model.seen()).isZero();
    }
}
