package dev.inferencekey.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.cli.api.RefusedException;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.server.app.MasterKeySource;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The real platform, started with what the command line says about the world outside. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
class EmbeddedPlatformTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private Path folder;

    private LaunchSettings.Tls files;
    private KeyStore store;
    private RunningPlatform platform;

    @BeforeAll
    void start(@TempDir Path temp) throws Exception {
        folder = temp;
        Path keys = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "own",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD);
        }
        files = new LaunchSettings.Tls(
                pem("own.crt", "CERTIFICATE", store.getCertificate("own").getEncoded()),
                pem("own.key", "PRIVATE KEY", store.getKey("own", PASSWORD).getEncoded()));
        platform = new EmbeddedPlatform(notice -> {})
                .start(settings(
                        folder.resolve("data"),
                        new LaunchSettings.Edge(
                                files,
                                List.of(),
                                List.of("https://app.example.com"),
                                null,
                                null,
                                new LaunchSettings.Control("127.0.0.1", 0, files, files.certificate()))));
    }

    @AfterAll
    void stop() {
        platform.close();
    }

    private Path pem(String name, String kind, byte[] der) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(
                folder.resolve(name), "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }

    private static LaunchSettings settings(Path data, LaunchSettings.Edge edge) {
        return new LaunchSettings(
                data,
                null,
                new MasterKeySource.DataFolderFile(),
                LaunchSettings.Node.USUAL,
                "127.0.0.1",
                0,
                "info",
                LaunchSettings.Engines.USUAL,
                new LaunchSettings.Observability("127.0.0.1", -1, "OFF", null, null),
                edge,
                LaunchSettings.Traffic.USUAL,
                LaunchSettings.Recovery.NONE,
                LaunchSettings.Upstreams.ALL,
                null);
    }

    private HttpResponse<String> send(boolean withCertificate, HttpRequest request) throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, PASSWORD);
        trusted.setCertificateEntry("own", store.getCertificate("own"));
        trust.init(trusted);
        KeyManager[] keys = null;
        if (withCertificate) {
            KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(store, PASSWORD);
            keys = own.getKeyManagers();
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust.getTrustManagers(), null);
        try (HttpClient http = HttpClient.newBuilder().sslContext(context).build()) {
            return http.send(request, BodyHandlers.ofString());
        }
    }

    private HttpRequest join() {
        URI link = platform.setUpLink().orElseThrow();
        return HttpRequest.newBuilder(platform.controlUrl().orElseThrow().resolve("/join"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("invitation=" + link.getFragment()
                        + "&email=owner%40example.com&password=correct+horse+battery"))
                .build();
    }

    @Test
    void thePublicAddressIsHttpsAndServesTheDataPlaneAlone() throws Exception {
        URI url = platform.url();
        assertThat(url.getScheme()).isEqualTo("https");
        HttpResponse<String> data = send(
                false,
                HttpRequest.newBuilder(url.resolve("/endpoint/a/b/v1/models"))
                        .header("Origin", "https://app.example.com")
                        .build());
        assertThat(data.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(data.statusCode()).isEqualTo(401);
        assertThat(data.headers().firstValue("access-control-allow-origin")).hasValue("https://app.example.com");
        HttpResponse<String> control =
                send(false, HttpRequest.newBuilder(url.resolve("/api/projects")).build());
        assertThat(control.statusCode()).isEqualTo(404);
        assertThat(control.body()).contains("not_found");
    }

    @Test
    void aWorkloadSaysWhereTheDataPlaneIs() throws Exception {
        assertThat(post("/api/projects", "{\"name\":\"acme\",\"slug\":\"acme\"}")
                        .statusCode())
                .isEqualTo(201);
        HttpResponse<String> made = post(
                "/api/projects/acme/workloads",
                "{\"name\":\"bot\",\"slug\":\"bot\",\"backend\":\"simulator\",\"model_name\":\"sim\"}");

        assertThat(made.body()).contains("\"endpoint_url\":\"" + platform.url() + "/endpoint/acme/bot/v1\"");
    }

    private HttpResponse<String> post(String path, String json) throws Exception {
        String operator =
                Files.readString(folder.resolve("data/operator.credential")).strip();
        return send(
                true,
                HttpRequest.newBuilder(platform.controlUrl().orElseThrow().resolve(path))
                        .header("Authorization", "Bearer " + operator)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json))
                        .build());
    }

    @Test
    void theControlPlaneWantsACertificateAndItsCookieIsForHttpsAlone() throws Exception {
        HttpResponse<String> session = send(true, join());
        assertThat(session.statusCode()).isEqualTo(303);
        assertThat(session.headers().firstValue("set-cookie").orElseThrow()).contains("; Secure");
        assertThatThrownBy(() -> send(false, join())).isInstanceOf(IOException.class);
    }

    @Test
    void filesThatCantBeUsedStopTheStartInOneSentence(@TempDir Path other) {
        LaunchSettings.Tls missing = new LaunchSettings.Tls(other.resolve("none.crt"), files.privateKey());
        assertThatThrownBy(() -> new EmbeddedPlatform(notice -> {})
                        .start(settings(
                                other.resolve("data"),
                                new LaunchSettings.Edge(missing, List.of(), List.of(), null, null, null))))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("none.crt does not exist");
    }

    @Test
    void settingsThatMakeNoSenseAreNamed(@TempDir Path other) {
        for (LaunchSettings.Edge edge : List.of(
                new LaunchSettings.Edge(null, List.of("10.0.0.0/99"), List.of(), null, null, null),
                new LaunchSettings.Edge(null, List.of(), List.of("app.example.com"), null, null, null))) {
            assertThatThrownBy(() -> new EmbeddedPlatform(notice -> {}).start(settings(other.resolve("data"), edge)))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("such as");
        }
    }
}
