package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.e2e.RunningPlatform.Minted;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What was metered is what model servers counted, and what is not has a name. */
class MeteredAndCountedTest {
    private static final String CHAT =
            "{\"model\":\"x\",\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

    @TempDir
    Path data;

    @Test
    void whatWasMeteredIsWhatModelServersCounted() throws IOException {
        try (RunningPlatform platform = RunningPlatform.start(data)) {
            platform.createProject("acme");
            platform.createSimulated(
                    "acme", "bot", "text2text", Map.of("ttft_ms", 0, "tokens_per_second", 50, "output_tokens", 400));
            LlamaWorkloads.createChat(platform, "acme", "llama");
            LlamaWorkloads.createEmbedding(platform, "acme", "embed");
            Minted key = platform.mintKey("acme", "acme/*");
            for (String workload : new String[] {"bot", "llama"}) {
                String path = "/endpoint/acme/" + workload + "/v1/chat/completions";
                platform.http.post(path, key.credential(), CHAT + "}").expect(200);
                platform.http
                        .post(path, key.credential(), CHAT + ",\"stream\":true}")
                        .expect(200);
            }
            platform.http
                    .post("/endpoint/acme/embed/v1/embeddings", key.credential(), "{\"model\":\"x\",\"input\":\"Hi\"}")
                    .expect(200);

            JsonNode bot = reconciled(platform, "bot");
            JsonNode llama = reconciled(platform, "llama");
            JsonNode embed = reconciled(platform, "embed");

            for (JsonNode found : new JsonNode[] {bot, llama}) {
                assertThat(found.path("complete").asBoolean())
                        .as(found.toString())
                        .isTrue();
                // A real llama-server in the embedded engine's place has a cache.
                long cached =
                        found.path("differences").path(0).path("input_tokens").asLong(0);
                assertThat(found.path("differences"))
                        .allSatisfy(difference ->
                                assertThat(difference.path("reason").asString()).isEqualTo("cached_input"));
                assertThat(found.path("requests").asLong()).isEqualTo(2);
                assertThat(found.path("output_tokens").path("metered").asLong()).isPositive();
                assertThat(found.path("output_tokens").path("counted").asLong())
                        .isEqualTo(found.path("output_tokens").path("metered").asLong());
                assertThat(found.path("input_tokens").path("counted").asLong() + cached)
                        .isEqualTo(found.path("input_tokens").path("metered").asLong());
            }
            assertThat(llama.path("replicas").path(0).path("engine").asString()).isEqualTo("llama-server");
            assertThat(embed.path("complete").asBoolean()).as(embed.toString()).isTrue();
            assertThat(embed.path("differences").path(0).path("reason").asString())
                    .isEqualTo("only_read");

            leaveAStream(platform, key.credential());
            Awaitility.await("its record is there")
                    .until(() -> platform.http
                            .get("/api/projects/acme/usage/records?workload=bot&status=200", platform.operator)
                            .body()
                            .contains("\"estimated\":true"));
            JsonNode afterwards = reconciled(platform, "bot");
            assertThat(afterwards.path("complete").asBoolean())
                    .as(afterwards.toString())
                    .isTrue();
            assertThat(afterwards.path("differences").path(0).path("reason").asString())
                    .isEqualTo("estimated");
            assertThat(afterwards.path("differences").path(0).path("requests").asLong())
                    .isEqualTo(1);
        }
        // What was counted by replicas that were stopped is still there.
        try (RunningPlatform platform = RunningPlatform.start(data)) {
            platform.awaitReady("acme", "llama");
            JsonNode found = reconciled(platform, "llama");
            assertThat(found.path("complete").asBoolean()).as(found.toString()).isTrue();
            assertThat(found.path("requests").asLong()).isEqualTo(2);
            assertThat(found.path("replicas")).hasSize(2);
        }
    }

    private static JsonNode reconciled(RunningPlatform platform, String workload) {
        return platform.http
                .get("/api/projects/acme/workloads/" + workload + "/reconciliation", platform.operator)
                .expect(200)
                .json();
    }

    private static void leaveAStream(RunningPlatform platform, String key) throws IOException {
        String body = CHAT.replace(",\"max_tokens\":8", "") + ",\"stream\":true}";
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), platform.url().getPort())) {
            socket.getOutputStream()
                    .write(("POST /endpoint/acme/bot/v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                                    + key
                                    + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                                    + "\r\n\r\n"
                                    + body)
                            .getBytes(StandardCharsets.UTF_8));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (int events = 0; events < 10; ) {
                events += lines.readLine().startsWith("data: ") ? 1 : 0;
            }
        }
    }
}
