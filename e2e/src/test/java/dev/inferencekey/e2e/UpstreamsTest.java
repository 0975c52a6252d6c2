package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.inferencekey.e2e.RunningPlatform.Minted;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a declaration can't make of a model server elsewhere. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpstreamsTest {
    private RunningPlatform platform;
    private Minted token;

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        platform = RunningPlatform.start(temp);
        platform.createProject("acme");
        token = platform.mintToken("acme");
    }

    @AfterAll
    void stop() {
        platform.close();
    }

    private Http.Answer declare(String slug, Map<String, Object> config) {
        return platform.http.post(
                "/api/projects/acme/workloads",
                token.credential(),
                RunningPlatform.json(Map.of(
                        "name", slug, "slug", slug, "backend", "external", "model_name", "m", "config", config)));
    }

    @Test
    void thePlatformsOwnListenersAreNoModelServers() {
        Minted key = platform.mintKey("acme", "acme/*");
        List<URI> own = List.of(platform.url().resolve("/endpoint/acme/itself"), platform.adminUrl());
        for (int i = 0; i < own.size(); i++) {
            String slug = "own-" + i;
            declare(slug, Map.of("base_url", own.get(i).toString())).expect(201);

            Awaitility.await()
                    .until(() -> "error".equals(status(slug).path("phase").asString("")));
            assertThat(status(slug).path("message").asString("")).contains("a port of this platform itself");
            assertThat(platform.http
                            .post(
                                    "/endpoint/acme/" + slug + "/v1/chat/completions",
                                    key.credential(),
                                    "{\"messages\":[]}")
                            .expect(503)
                            .code())
                    .isEqualTo("workload_failed");
        }
    }

    private JsonNode status(String slug) {
        return platform.http
                .get("/api/projects/acme/workloads/" + slug, token.credential())
                .json()
                .path("status");
    }

    @Test
    void aTokenCanNotHaveASecretSentToItself() throws IOException {
        platform.http
                .send(
                        "PUT",
                        "/api/projects/acme/secrets/prod",
                        platform.operator,
                        RunningPlatform.json(Map.of("value", "sk-prod", "hosts", List.of("api.example.com"))))
                .expect(204);
        try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String here = "http://127.0.0.1:" + listener.getLocalPort();

            Http.Answer refused = declare("thief", Map.of("base_url", here, "secret_ref", "prod"))
                    .expect(400);
            assertThat(refused.json().path("message").asString("")).contains("is for api.example.com");

            // Named before it is there, the secret is not sent either once it is stored for another host.
            declare("patient", Map.of("base_url", here, "secret_ref", "later")).expect(201);
            platform.http
                    .send(
                            "PUT",
                            "/api/projects/acme/secrets/later",
                            platform.operator,
                            RunningPlatform.json(Map.of("value", "sk-later", "hosts", List.of("api.example.com"))))
                    .expect(204);
            Awaitility.await()
                    .until(() -> status("patient").path("message").asString("").contains("is for api.example.com"));
            listener.setSoTimeout(1);
            assertThat(catchThrowable(listener::accept)).isInstanceOf(SocketTimeoutException.class);
        }
    }
}
