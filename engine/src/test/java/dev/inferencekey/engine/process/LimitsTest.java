package dev.inferencekey.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What a caller may not do, and many callers at once, on an engine with two slots. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
final class LimitsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String HELLO = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]";

    private EngineProcess engine;

    @BeforeAll
    void start(@TempDir Path folder) {
        engine = EngineProcess.startTiny(folder, "-c", "512", "--parallel=2");
    }

    @AfterAll
    void stop() {
        engine.close();
    }

    @Test
    void refusesCallersWithoutTheSecret() throws Exception {
        for (String credential : Arrays.asList("Bearer wrong", "Bearer " + EngineProcess.SECRET + "x", "Basic x")) {
            HttpRequest request = engine.request("/v1/models")
                    .setHeader("Authorization", credential)
                    .build();
            HttpResponse<String> response = engine.send(request);
            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(response.body()).contains("invalid_api_key").doesNotContain(EngineProcess.SECRET);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "\"text\"",
                "{\"messages\":\"hi\"}",
                "{\"messages\":[]}",
                "{\"messages\":[{}]}",
                "{\"messages\":[{\"role\":\"robot\",\"content\":\"a\"}]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":7}]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}",
                "{" + HELLO + ",\"temperature\":-1}",
                "{" + HELLO + ",\"temperature\":\"hot\"}",
                "{" + HELLO + ",\"temperature\":1e999}",
                "{" + HELLO + ",\"top_p\":2}",
                "{" + HELLO + ",\"max_tokens\":0}",
                "{" + HELLO + ",\"max_tokens\":1.5}",
                "{" + HELLO + ",\"max_tokens\":99999999999}",
                "{" + HELLO + ",\"n\":0}",
                "{" + HELLO + ",\"best_of\":3}",
                "{" + HELLO + ",\"stop\":[1]}",
                "{" + HELLO + ",\"stop\":\"\"}",
                "{" + HELLO + ",\"stream\":\"yes\"}",
                "{" + HELLO + ",\"stream_options\":true}",
                "{" + HELLO + ",\"logit_bias\":{\"a\":1}}",
                "{" + HELLO + ",\"tools\":[{\"type\":\"function\"}]}",
                "{" + HELLO + ",\"logprobs\":true}",
                "{" + HELLO + ",\"top_logprobs\":3}",
                "{" + HELLO + ",\"response_format\":{\"type\":\"grammar\"}}",
                "{" + HELLO + ",\"response_format\":{\"type\":\"json_schema\"}}",
                "{" + HELLO + ",\"response_format\":{\"type\":\"json_object\"},\"ignore_eos\":true}",
                "{" + HELLO + ",\"response_format\":{\"type\":\"json_schema\",\"schema\":{\"pattern\":\"a\"}}}",
                "{" + HELLO + ",\"tool_choice\":\"required\"}",
                "{" + HELLO
                        + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"not\":{}}}}]}",
            })
    void refusesWrongBodiesInOpenAiShape(String body) throws Exception {
        HttpResponse<String> response = engine.post(CHAT, body);

        assertThat(response.statusCode()).isEqualTo(400);
        JsonNode error = EngineProcess.JSON.readTree(response.body()).path("error");
        assertThat(error.path("message").stringValue()).isNotBlank();
        assertThat(error.path("type").stringValue()).isEqualTo("invalid_request_error");
        assertThat(error.path("code").stringValue()).isEqualTo("invalid_request");
        assertThat(error.has("param")).isTrue();
    }

    @Test
    void refusesBrokenUtf8() throws Exception {
        byte[] body = ("{" + HELLO + "}").getBytes(StandardCharsets.UTF_8);
        body[body.length - 5] = (byte) 0xFF;

        HttpResponse<String> response = engine.send(engine.request(CHAT)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());

        assertThat(response.statusCode()).isEqualTo(400);
    }

    @Test
    void refusesAPromptThatFillsTheContextAndSaysWhatToDo() throws Exception {
        String words = "the ".repeat(300);

        HttpResponse<String> response =
                engine.post(CHAT, "{\"messages\":[{\"role\":\"user\",\"content\":\"" + words + "\"}]}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("context_length_exceeded", "holds 256", "--ctx-size");
    }

    @Test
    void refusesMegabytesOfPromptWithoutReadingThemAsTokens() throws Exception {
        HttpResponse<String> response = engine.post("/v1/completions", "{\"prompt\":\"" + "x".repeat(20 << 20) + "\"}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("context_length_exceeded");
    }

    @Test
    void refusesABodyAboveTheLimit() throws Exception {
        HttpResponse<String> response = engine.post(CHAT, "x".repeat((32 << 20) + 1));

        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).contains("body_too_large");
    }

    @Test
    void aRouteThatItHasNotIsNamedAndNoneThatNobodyCanReach() throws Exception {
        HttpResponse<String> response = engine.post("/v1/audio/speech", "{}");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body())
                .contains("route_not_served", "POST /v1/audio/speech")
                .doesNotContain("/health");
        assertThat(engine.post("/v1/models", "{}").statusCode()).isEqualTo(404);
    }

    @Test
    void saysWhichFlagAModelNeedsForOtherTasks() throws Exception {
        HttpResponse<String> embedding = engine.post("/v1/embeddings", "{\"input\":\"a\"}");
        HttpResponse<String> reranking = engine.post("/v1/rerank", "{\"query\":\"a\",\"documents\":[\"b\"]}");

        assertThat(embedding.statusCode()).isEqualTo(501);
        assertThat(embedding.body()).contains("--embedding");
        assertThat(reranking.statusCode()).isEqualTo(501);
        assertThat(reranking.body()).contains("--reranking");
    }

    @Test
    void moreCallersThanSlotsAreAllServed() throws Exception {
        List<Future<JsonNode>> answers = new ArrayList<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
            for (int client = 0; client < 8; client++) {
                int tokens = 20 + client;
                answers.add(clients.submit(() -> {
                    engine.ask(CHAT, "{" + HELLO + ",\"max_tokens\":3}");
                    return engine.ask(
                            CHAT,
                            "{" + HELLO + ",\"temperature\":0,\"ignore_eos\":true,\"max_tokens\":" + tokens + "}");
                }));
            }
        }

        for (int client = 0; client < 8; client++) {
            JsonNode answer = answers.get(client).get();
            String text = answer.path("choices")
                    .get(0)
                    .path("message")
                    .path("content")
                    .stringValue();
            assertThat(answer.path("usage").path("completion_tokens").intValue())
                    .isEqualTo(20 + client);
            assertThat(text.strip().split("[\\s.]+")).hasSizeBetween(15, 20 + client);
        }
    }
}
