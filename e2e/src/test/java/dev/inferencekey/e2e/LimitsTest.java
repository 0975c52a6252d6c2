package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.e2e.Http.Answer;
import dev.inferencekey.e2e.RunningPlatform.Minted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Limits from the API that sets them to the call that hears of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LimitsTest {
    private static final String CHAT = "{\"model\":\"bot\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    private RunningPlatform platform;

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        platform = RunningPlatform.start(temp);
        platform.createProject("acme");
        platform.createSimulated("acme", "bot", "text2text", Map.of("ttft_ms", 0, "tokens_per_second", 10_000));
        platform.createSimulated("acme", "other", "text2text", Map.of("ttft_ms", 0, "tokens_per_second", 10_000));
    }

    @AfterAll
    void stop() {
        platform.close();
    }

    private Answer chat(Minted key, String workload) {
        return platform.http.post("/endpoint/acme/" + workload + "/v1/chat/completions", key.credential(), CHAT);
    }

    @Test
    void aKeysLimitHoldsForTheNextCallAndMoreIsLetThroughOnceItIsRaised() {
        Minted key = platform.mintKey("acme", "acme/*");
        chat(key, "bot").expect(200);
        limit(key, "{\"limits\":{\"requests_per_minute\":1}}");
        chat(key, "bot").expect(200);
        Answer refused = chat(key, "other").expect(429);
        assertThat(refused.code()).isEqualTo("rate_limit_exceeded");
        limit(key, "{\"limits\":{\"requests_per_minute\":2}}");
        chat(key, "bot").expect(200);
        chat(key, "bot").expect(429);
        limit(key, "{\"limits\":null}");
        chat(key, "bot").expect(200);
    }

    @Test
    void aWorkloadsLimitHoldsForEveryKeyAndForThatWorkloadAlone() {
        String limits = "/api/projects/acme/workloads/other/limits";
        platform.http
                .send("PUT", limits, platform.operator, "{\"requests_per_minute\":1}")
                .expect(200);
        chat(platform.mintKey("acme", "acme/*"), "other").expect(200);
        Minted key = platform.mintKey("acme", "acme/*");
        chat(key, "other").expect(429);
        chat(key, "bot").expect(200);
        platform.http.send("PUT", limits, platform.operator, "{}").expect(200);
        chat(key, "other").expect(200);
    }

    @Test
    void tokensThatAModelServerReportsAreCounted() {
        Minted key = platform.mintKey("acme", "acme/bot");
        limit(key, "{\"limits\":{\"tokens_per_minute\":5}}");
        chat(key, "bot").expect(200);
        assertThat(chat(key, "bot").expect(429).body()).contains("limit of 5 tokens per minute");
    }

    private void limit(Minted key, String json) {
        platform.http
                .send("PATCH", "/api/projects/acme/keys/" + key.id(), platform.operator, json)
                .expect(200);
    }
}
