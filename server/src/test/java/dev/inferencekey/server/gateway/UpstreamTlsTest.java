package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.ports.access.Backends;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Model servers that are reached over TLS: who they are is checked. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class UpstreamTlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private ServerSocket listener;
    private SslContext trusting;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Path store = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, PASSWORD);
        trusted.setCertificateEntry("server", keys.getCertificate("server"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        trusting = SslContextBuilder.forClient()
                .trustManager(trust)
                .endpointIdentificationAlgorithm("HTTPS")
                .build();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), null, null);
        listener = context.getServerSocketFactory().createServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("tls-accept").start(this::accept);
    }

    @AfterAll
    void stop() throws IOException {
        listener.close();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try (Socket socket = listener.accept()) {
                InputStream in = new BufferedInputStream(socket.getInputStream());
                Map<String, String> headers = new HashMap<>();
                String line = FakeModelServer.readLine(in);
                while (line != null && !line.isEmpty()) {
                    String[] parts = line.split(": ", 2);
                    headers.put(parts[0].toLowerCase(java.util.Locale.ROOT), parts.length > 1 ? parts[1] : "");
                    line = FakeModelServer.readLine(in);
                }
                FakeModelServer.readBody(in, headers);
                String body = "{\"host\":\"" + headers.get("host") + "\"}";
                socket.getOutputStream()
                        .write(("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\nConnection: close\r\n\r\n"
                                        + body)
                                .getBytes(UTF_8));
            } catch (IOException e) {
                // A handshake that the gateway broke off, or the end of the test.
            }
        }
    }

    private RawClient.Answer call(GatewayFixture gateway, String host) throws IOException {
        URI url = URI.create("https://" + host + ":" + listener.getLocalPort() + "/base");
        gateway.table.setBackends("wl_bot", new Backends.Ready(List.of(GatewayFixture.target("rep_tls", url))));
        return gateway.chat(BODY);
    }

    @Test
    void aServerWithATrustedCertificateForItsNameIsCalled() throws IOException {
        try (GatewayFixture gateway = new GatewayFixture(GatewayConfig.builder(), null, trusting)) {
            RawClient.Answer answer = call(gateway, "localhost");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("{\"host\":\"localhost:" + listener.getLocalPort() + "\"}");
        }
    }

    @Test
    void aCertificateForAnotherNameOrOfAStrangerIsRefused() throws IOException {
        try (GatewayFixture gateway = new GatewayFixture(GatewayConfig.builder(), null, trusting)) {
            assertThat(call(gateway, "127.0.0.1").status()).isEqualTo(502);
        }
        try (GatewayFixture gateway = new GatewayFixture()) {
            assertThat(call(gateway, "localhost").body()).contains("upstream_error");
        }
    }

    @Test
    void aHostThatDoesNotExistIsAnErrorThatDoesNotNameIt() throws IOException {
        try (GatewayFixture gateway = new GatewayFixture()) {
            RawClient.Answer answer = call(gateway, "no-such-host.invalid");
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.body()).doesNotContain("no-such-host");
        }
    }
}
