package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.pkitesting.CertificateBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** TLS between clients and the gateway. */
@Tag("slow")
final class ClientTlsTest {
    private static final TestIdentity AUTHORITY = TestIdentity.authority("test root");
    private static final Duration OFTEN = Duration.ofMillis(20);

    private final FakeModelServer model = FakeModelServer.answering("application/json", "{\"ok\":true}");
    private final SSLContext trust = AUTHORITY.client(null);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    @TempDir
    private Path folder;

    @BeforeEach
    void listen() {
        log.start();
        root.addAppender(log);
    }

    @AfterEach
    void close() throws IOException {
        root.detachAppender(log);
        model.close();
    }

    private GatewayFixture gateway(GatewayConfig.Builder config, TlsFiles files) {
        return new GatewayFixture(
                        config.edge(EdgeConfig.defaults().withTls(files).withTlsReload(OFTEN)), null)
                .serve("bot", model);
    }

    private GatewayFixture gateway() throws IOException {
        return gateway(GatewayConfig.builder(), AUTHORITY.issue("first").write(folder));
    }

    private static String nameOf(SSLSocket socket) throws SSLException {
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                .getSubjectX500Principal()
                .getName();
    }

    private String nameThatIsServed(GatewayFixture gateway) throws IOException {
        try (SSLSocket socket = TestIdentity.connect(trust, gateway.server.port())) {
            return nameOf(socket);
        }
    }

    private List<String> warnings() {
        return log.list.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .map(event -> event.getFormattedMessage() + " " + event.getKeyValuePairs())
                .toList();
    }

    @ParameterizedTest
    @EnumSource(
            value = CertificateBuilder.Algorithm.class,
            names = {"ecp256", "rsa2048", "ed25519"})
    void requestsAreServedWithEachUsualKindOfKey(CertificateBuilder.Algorithm algorithm) throws IOException {
        TlsFiles files = AUTHORITY.issue("kind", algorithm).write(folder);
        try (GatewayFixture gateway = gateway(GatewayConfig.builder(), files);
                RawClient client = gateway.tlsClient(trust)) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.post(CHAT, gateway.key.reveal(), BODY)
                                .answer()
                                .body())
                        .isEqualTo("{\"ok\":true}");
            }
        }
    }

    @Test
    void bothVersionsInUseAreSpokenAndNoOlderOne() throws IOException {
        try (GatewayFixture gateway = gateway()) {
            int port = gateway.server.port();
            for (String version : List.of("TLSv1.2", "TLSv1.3")) {
                try (SSLSocket socket = TestIdentity.connect(trust, port, version)) {
                    assertThat(socket.getSession().getProtocol()).isEqualTo(version);
                }
            }
            assertThatThrownBy(() -> TestIdentity.connect(trust, port, "TLSv1.1"))
                    .isInstanceOf(SSLException.class);
        }
    }

    @Test
    void theEndOfAConnectionIsSaidInTheWordsOfTls() throws IOException {
        try (GatewayFixture gateway = gateway();
                RawClient client = gateway.tlsClient(trust)) {
            client.post(CHAT, gateway.key.reveal(), BODY, "Connection: close");
            assertThat(client.answer().status()).isEqualTo(200);
            assertThat(client.rest()).isEmpty(); // A bare end would be an error of the JDK's.
        }
    }

    @Test
    void plainHttpOnTheTlsPortIsClosedAndNothingIsLogged() throws IOException {
        try (GatewayFixture gateway = gateway()) {
            try (RawClient client = gateway.client()) {
                client.post(CHAT, gateway.key.reveal(), BODY);
                assertThat(client.rest()).doesNotContain("HTTP/1.1");
            }
            assertThat(nameThatIsServed(gateway)).isEqualTo("CN=first");
            assertThat(warnings()).isEmpty();
        }
    }

    @Test
    void aHandshakeThatStopsIsGivenUpAfterTheTimeForAHead() throws IOException {
        TlsFiles files = AUTHORITY.issue("first").write(folder);
        try (GatewayFixture gateway =
                        gateway(GatewayConfig.builder().requestHeadTimeout(Duration.ofMillis(200)), files);
                RawClient client = gateway.client()) {
            client.send(new byte[] {22, 3, 1}); // The beginning of a hello.
            assertThat(client.rest()).doesNotContain("HTTP");
            assertThat(warnings()).isEmpty();
        }
    }

    @Test
    void aClientThatLeavesWhileItIsServedCancelsItsRequest() throws IOException {
        try (GatewayFixture gateway = gateway()) {
            model.script((_, exchange) -> exchange.waitForClose());
            try (RawClient client = gateway.tlsClient(trust)) {
                client.post(CHAT, gateway.key.reveal(), BODY);
                model.next();
            }
            assertThat(gateway.record().cancelled()).isTrue();
            assertThat(warnings()).isEmpty();
        }
    }

    @Test
    void changedFilesServeNewConnectionsAndOpenOnesGoOn() throws IOException {
        try (GatewayFixture gateway = gateway();
                RawClient early = gateway.tlsClient(trust)) {
            early.post(CHAT, gateway.key.reveal(), BODY).answer();
            AUTHORITY.issue("second").write(folder);
            await().untilAsserted(() -> assertThat(nameThatIsServed(gateway)).isEqualTo("CN=second"));
            assertThat(early.post(CHAT, gateway.key.reveal(), BODY).answer().status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aBrokenPairIsToldOnceAndTheOldOneServes() throws IOException {
        try (GatewayFixture gateway = gateway()) {
            Path key = folder.resolve("tls.key");
            TestIdentity.put(key, AUTHORITY.issue("stranger").bundle().getPrivateKeyPEM());
            await().until(() -> !warnings().isEmpty());
            assertThat(nameThatIsServed(gateway)).isEqualTo("CN=first");
            Files.delete(key);
            await().until(() -> warnings().size() > 1);
            assertThat(nameThatIsServed(gateway)).isEqualTo("CN=first");
            AUTHORITY.issue("second").write(folder);
            await().untilAsserted(() -> assertThat(nameThatIsServed(gateway)).isEqualTo("CN=second"));
            assertThat(warnings()).hasSizeBetween(2, 3); // Perhaps one of the moment between the two files.
            assertThat(warnings().getFirst()).contains("tls.key is not the key of the first certificate");
            assertThat(warnings().get(1)).contains("tls.key does not exist");
        }
    }

    @Test
    void filesThatCantBeUsedStopTheStartAndSayWhy() throws IOException {
        TlsFiles files = AUTHORITY.issue("first").write(folder);
        String pem = Files.readString(files.privateKey());
        refused(files, pem.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), "is encrypted; make one that can be used");
        refused(files, pem.replace("PRIVATE KEY", "EC PRIVATE KEY"), "is not PKCS#8; make one that can be used");
        refused(files, "nothing", "tls.key holds no private key in PEM");
        refused(
                files,
                AUTHORITY
                        .issue("rsa", CertificateBuilder.Algorithm.rsa2048)
                        .bundle()
                        .getPrivateKeyPEM(),
                "holds no key of the kind of the certificate");
        TestIdentity.put(files.certificate(), "nothing");
        refused(files, pem, "tls.crt holds");
        Files.delete(files.certificate());
        refused(files, pem, "tls.crt does not exist");
    }

    private void refused(TlsFiles files, String key, String why) throws IOException {
        TestIdentity.put(files.privateKey(), key);
        assertThatThrownBy(() -> gateway(GatewayConfig.builder(), files))
                .isInstanceOf(GatewayStartException.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("MIG"); // Nothing of a key.
    }

    @Test
    void aClientThatDoesNotTrustTheServerIsNotLogged() throws IOException {
        try (GatewayFixture gateway = gateway()) {
            SSLContext stranger = TestIdentity.authority("another root").client(null);
            assertThatThrownBy(() -> TestIdentity.connect(stranger, gateway.server.port()))
                    .isInstanceOf(SSLHandshakeException.class);
            assertThat(nameThatIsServed(gateway)).isEqualTo("CN=first");
            assertThat(warnings()).isEmpty();
        }
    }
}
