package dev.inferencekey.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The time before the model is loaded. */
@Tag("slow")
final class EngineServerTest {

    @Test
    void whileTheModelLoadsHealthSaysSoAndOthersAreToldToWait() throws Exception {
        EngineServer server = EngineServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                "secret",
                InstantSource.system(),
                new Random(1),
                failure -> {});
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> health = get(client, server, "/health", "none");
            HttpResponse<String> models = get(client, server, "/v1/models", "Bearer secret");
            HttpResponse<String> stranger = get(client, server, "/v1/models", "Bearer other");

            assertThat(health.statusCode()).isEqualTo(503);
            assertThat(health.body()).isEqualTo("{\"status\":\"loading model\"}");
            assertThat(models.statusCode()).isEqualTo(503);
            assertThat(models.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(stranger.statusCode()).isEqualTo(401);
        } finally {
            server.stop();
        }
    }

    private static HttpResponse<String> get(HttpClient client, EngineServer server, String path, String credential)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .header("Authorization", credential)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
