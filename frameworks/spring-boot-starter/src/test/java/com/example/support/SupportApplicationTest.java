package com.example.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.InferenceKeyTest;
import dev.inferencekey.testkit.ScriptedWorkload;
import dev.inferencekey.testkit.Workload;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A whole application on a real platform, declared as in production: with variables that nobody sets here. */
@Tag("slow")
@TestPropertySource("/support.properties")
// docs:start test
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@InferenceKeyTest
class SupportApplicationTest {
    @LocalServerPort
    int port;

    @Test
    void answersWithTheHelpOfAWorkload(@Workload("support-bot") ScriptedWorkload bot) throws Exception {
        bot.answer("It is on its way.");

        assertThat(get("/ask?question=Where+is+my+order").body()).isEqualTo("It is on its way.");
        assertThat(bot.call().prompt()).isEqualTo("Where is my order");
    }
    // docs:end test

    @Test
    void tellsTheHealthOfEachEndpointWithoutAskingAModel(
            InferenceKeyPlatform platform, @Workload("support-bot") ScriptedWorkload scripted) throws Exception {
        JsonNode health = json("/actuator/health").get("components").get("inferenceKey");
        JsonNode bot = health.get("components").get("support-bot");
        assertThat(bot.get("status").asString()).isEqualTo("UP");
        assertThat(bot.get("details").get("endpoint").asString()).isEqualTo(platform.project() + "/support-bot");

        JsonNode gone = health.get("components").get("gone");
        assertThat(gone.get("status").asString()).isEqualTo("DOWN");
        assertThat(gone.get("details").get("code").asString()).isEqualTo("workload_not_found");
        assertThat(gone.get("details").get("requestId").asString()).isNotBlank();
        assertThat(get("/actuator/health/inferenceKey/support-bot").statusCode())
                .isEqualTo(200);
        scripted.assertCalled(0);
    }

    @Test
    void observesCalls(@Workload("support-bot") ScriptedWorkload scripted) throws Exception {
        scripted.answer("It is on its way.");
        get("/ask?question=Where+is+my+order");
        JsonNode calls =
                json("/actuator/metrics/gen_ai.client.operation.duration?tag=gen_ai.request.model:support-bot");
        assertThat(calls.get("measurements").get(0).get("value").asDouble()).isPositive();
        JsonNode tokens = json("/actuator/metrics/gen_ai.client.token.usage?tag=gen_ai.token.type:output");
        assertThat(tokens.get("measurements").get(0).get("value").asDouble()).isPositive();
    }

    @Test
    void showsNoKeyInTheActuator(InferenceKeyPlatform platform) throws Exception {
        assertThat(get("/actuator/env").body())
                .contains("inferencekey.endpoints.support-bot.api-key", platform.baseUrl())
                .doesNotContain(platform.apiKey());
        assertThat(get("/actuator/configprops").body())
                .contains("InferenceKeyProperties", platform.baseUrl())
                .doesNotContain(platform.apiKey());
        assertThat(get("/actuator/health").body()).doesNotContain(platform.apiKey());
    }

    private JsonNode json(String path) throws Exception {
        return JsonMapper.shared().readTree(get(path).body());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }
}
