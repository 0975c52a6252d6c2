package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.e2e.RunningPlatform.Minted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** How the whole platform can be watched from outside. */
class ObservabilityTest {
    private static final String CHAT = "{\"model\":\"bot\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    @Test
    void whatWasCalledIsInTheMetricsAndInTheAccessLogAndHealthIsTheSameAtBothDoors(@TempDir Path data)
            throws IOException {
        Minted key;
        try (RunningPlatform platform = RunningPlatform.start(data)) {
            platform.createProject("acme");
            platform.createSimulated("acme", "bot", "text2text", Map.of());
            key = platform.mintKey("acme", "acme/*");
            for (int i = 0; i < 3; i++) {
                platform.http
                        .post("/endpoint/acme/bot/v1/chat/completions", key.credential(), CHAT)
                        .expect(200);
            }
            platform.http
                    .post("/endpoint/acme/bot/v1/chat/completions", "ik_live_wrong", CHAT)
                    .expect(401);

            Http admin = new Http(platform.adminUrl());
            String metrics = admin.get("/metrics", null).expect(200).body();
            assertThat(metrics.lines())
                    .contains(
                            "inferencekey_gateway_requests_total{route=\"v1/chat/completions\",status=\"2xx\",streamed=\"false\"} 3.0",
                            "inferencekey_workload_requests_total{project=\"acme\",status=\"2xx\",workload=\"bot\"} 3.0",
                            "inferencekey_gateway_errors_total{code=\"invalid_api_key\"} 1.0",
                            "inferencekey_gateway_access_table_loaded 1.0",
                            "inferencekey_usage_journal_room 1.0",
                            "inferencekey_usage_unmetered_requests_total 0.0")
                    .contains("# TYPE jvm_memory_used_bytes gauge");
            assertThat(metrics).doesNotContain(key.credential(), key.publicId());

            JsonNode ready = admin.get("/health/ready", null).expect(200).json();
            assertThat(ready.get("status").asString()).isEqualTo("ready");
            assertThat(platform.http.get("/health/ready", null).expect(200).json())
                    .isEqualTo(ready);
            assertThat(platform.http.get("/health/live", null).expect(200).json())
                    .isEqualTo(admin.get("/health/live", null).expect(200).json());
            admin.get("/api/projects", platform.operator).expect(404);
        }
        List<JsonNode> lines = Files.readAllLines(data.resolve("logs/access.log")).stream()
                .map(Http.JSON::readTree)
                .toList();
        assertThat(lines).hasSize(4);
        assertThat(lines).extracting(line -> line.get("status").asInt()).containsExactlyInAnyOrder(200, 200, 200, 401);
        assertThat(lines).filteredOn(line -> line.get("status").asInt() == 200).allSatisfy(line -> {
            assertThat(line.get("workload").asString()).isEqualTo("bot");
            assertThat(line.get("key").asString()).isEqualTo("ik_live_" + key.publicId() + "…");
            assertThat(line.get("replica").asString()).startsWith("rep_");
        });
    }
}
