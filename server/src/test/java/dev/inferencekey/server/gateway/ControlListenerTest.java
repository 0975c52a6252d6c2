package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A control plane with an address of its own, for callers with a certificate. */
@Tag("slow")
final class ControlListenerTest {
    private static final TestIdentity SERVERS = TestIdentity.authority("servers");
    private static final TestIdentity CLIENTS = TestIdentity.authority("clients");

    private final FakeModelServer model = FakeModelServer.answering("application/json", "{\"ok\":true}");
    private final FakeModelServer manager = FakeModelServer.answering("application/json", "[\"managed\"]");
    private ControlListener listener;
    private GatewayFixture gateway;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        Path authority = folder.resolve("clients.crt");
        Files.writeString(authority, CLIENTS.bundle().getCertificatePEM());
        listener = new ControlListener("127.0.0.1", 0, SERVERS.issue("control").write(folder), authority);
        EdgeConfig edge = EdgeConfig.defaults().withControlListener(listener);
        gateway = new GatewayFixture(GatewayConfig.builder().edge(edge), manager).serve("bot", model);
    }

    @AfterEach
    void close() throws IOException {
        gateway.close();
        model.close();
        manager.close();
    }

    private RawClient.Answer call(SSLContext client, String protocol, String path) throws IOException {
        int port = gateway.server.controlPort().orElseThrow();
        try (RawClient raw = new RawClient(TestIdentity.connect(client, port, protocol))) {
            return raw.get(path, gateway.key.reveal()).answer();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aCallerWithACertificateOfTheAuthorityIsServed(String protocol) throws IOException {
        SSLContext client = SERVERS.client(CLIENTS.issue("deploy"));
        assertThat(call(client, protocol, "/api/projects").body()).isEqualTo("[\"managed\"]");
        assertThat(manager.next().headers()).containsEntry("x-forwarded-proto", "https");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aCallerWithoutACertificateOrWithAStrangersIsRefused(String protocol) {
        TestIdentity strangers = TestIdentity.authority("clients"); // The same name, another key.
        for (SSLContext client : new SSLContext[] {
            SERVERS.client(null), SERVERS.client(strangers.issue("deploy")), SERVERS.client(SERVERS.issue("deploy"))
        }) {
            assertThatThrownBy(() -> call(client, protocol, "/api/projects"))
                    .isInstanceOfAny(SSLException.class, SocketException.class);
        }
        assertThat(manager.seen()).isZero();
    }

    @Test
    void theDataPlaneIsNotServedThere() throws IOException {
        SSLContext client = SERVERS.client(CLIENTS.issue("deploy"));
        RawClient.Answer answer = call(client, "TLSv1.3", CHAT);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body()).contains("\"code\":\"route_not_served\"", "inference is not served at this address");
        assertThat(model.seen()).isZero();
    }

    @Test
    void thePublicAddressServesTheDataPlaneAlone() throws IOException {
        assertThat(gateway.chat(BODY).status()).isEqualTo(200);
        for (String path : new String[] {"/api/projects", "/", "/openapi.json", "/health", "/endpoints"}) {
            RawClient.Answer answer = gateway.post(path, "t", "{}");
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.body())
                    .contains("\"error\":\"not_found\"", "the control plane is not served at this address");
        }
        assertThat(manager.seen()).isZero();
    }

    @Test
    void anAuthorityThatCantBeReadStopsTheStart() throws IOException {
        Files.writeString(listener.clientAuthority(), "nothing");
        EdgeConfig edge = EdgeConfig.defaults().withControlListener(listener);
        assertThatThrownBy(() -> new GatewayFixture(GatewayConfig.builder().edge(edge), manager))
                .isInstanceOf(GatewayStartException.class)
                .hasMessageContaining("clients.crt");
    }
}
