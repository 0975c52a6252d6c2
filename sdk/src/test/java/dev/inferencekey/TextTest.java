package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.inferencekey.contract.workload.JsonValues;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class TextTest {
    private final FakeServer server = new FakeServer();
    private final DataClient data = Clients.data(server).build();
    private final Endpoint bot = data.endpoint("Support Bot");

    @AfterEach
    void stop() {
        data.close();
        server.close();
    }

    private void assertBody(String goldenRequest) {
        String body = server.onlyRequest().body();
        assertThat(JsonValues.equal(Golden.parse(body.getBytes(StandardCharsets.UTF_8)), Golden.object(goldenRequest)))
                .as(body)
                .isTrue();
    }

    @Test
    void asksAndReadsTheAnswer() {
        server.nextJson(200, Golden.text("data/chat.response.json"));

        TextResult result = bot.generateText(TextParams.builder()
                .messages(List.of(
                        ChatMessage.system("Answer in one sentence."), ChatMessage.user("¿Dónde está mi pedido? 📦")))
                .temperature(0.2)
                .maxTokens(64)
                .build());

        assertThat(result.text()).isEqualTo("Tu pedido llega mañana. 📦");
        assertThat(result.model()).isEqualTo("google/gemma-4-26b");
        assertThat(result.finishReason()).isEqualTo("stop");
        assertThat(result.usage()).isEqualTo(new Usage(23, 8, 31));
        assertThat(result.raw().toMap()).containsEntry("id", "chatcmpl-8f1e");
        assertThat(result.raw().text()).isEqualTo(Golden.text("data/chat.response.json"));
        assertThat(server.onlyRequest().method()).isEqualTo("POST");
        assertThat(server.onlyRequest().path()).isEqualTo("/endpoint/acme/support-bot/v1/chat/completions");
        assertBody("data/chat.request.json");
    }

    @Test
    void sendsFieldsThatItHasNoNameFor() {
        server.nextJson(200, Golden.text("data/chat.response.json"));
        Map<String, Object> golden = new HashMap<>(Golden.object("data/chat-extra-fields.request.json"));
        TextParams.Builder params = TextParams.builder();
        params.messages(((List<?>) Objects.requireNonNull(golden.remove("messages")))
                .stream()
                        .map(message -> message(Golden.parse(Golden.write(message))))
                        .toList());
        golden.remove("model");
        if (golden.remove("temperature") instanceof Number temperature) {
            params.temperature(temperature.doubleValue());
        }
        if (golden.remove("max_tokens") instanceof Number most) {
            params.maxTokens(most.intValue());
        }
        golden.forEach(params::extra);

        bot.generateText(params.build());

        assertBody("data/chat-extra-fields.request.json");
    }

    private static ChatMessage message(Map<String, ?> json) {
        Map<String, Object> extra = new HashMap<>(json);
        return new ChatMessage(String.valueOf(extra.remove("role")), extra.remove("content"), extra);
    }

    @Test
    void givesNoTextForAnAnswerThatOnlyCallsTools() {
        server.nextJson(200, Golden.text("data/chat-tool-calls.response.json"));

        TextResult result = bot.generateText(TextParams.ofPrompt("Where?"));

        assertThat(result.text()).isEmpty();
        assertThat(result.finishReason()).isEqualTo("tool_calls");
        assertThat(result.raw().text()).contains("find_order");
    }

    @Test
    void joinsTheTextsOfAnAnswerInParts() {
        server.nextJson(
                200,
                "{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"x\"},"
                        + "{\"type\":\"text\",\"text\":\"b\"}]}}]}");

        TextResult result = bot.generateText(TextParams.ofPrompt("Hi"));

        assertThat(result)
                .extracting(TextResult::text, TextResult::model, TextResult::finishReason, TextResult::usage)
                .containsExactly("ab", null, null, null);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "{\"choices\":[]}", "{\"choices\":[7]}", "{\"choices\":[{}]}", "[]", "", "<html></html>"})
    void saysSoIfAnAnswerIsNone(String body) {
        server.nextJson(200, body);

        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> bot.generateText(TextParams.ofPrompt("Hi")))
                .withMessageStartingWith("api error [200]: the answer can't be read: ");
    }

    @Test
    void wantsExactlyOneOfPromptAndMessages() {
        String message = "validation error: exactly one of prompt and messages must be set";
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> TextParams.builder().build())
                .withMessage(message);
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> TextParams.builder()
                        .prompt("a")
                        .messages(List.of(ChatMessage.user("b")))
                        .build())
                .withMessage(message);
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> TextParams.builder().messages(List.of()).build())
                .withMessage("validation error: messages must not be empty");
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> TextParams.builder().prompt("a").maxTokens(0).build());
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(
                        () -> TextParams.builder().prompt("a").temperature(-0.1).build());
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() ->
                        TextParams.builder().prompt("a").temperature(Double.NaN).build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"model", "messages", "stream", "temperature", "max_tokens"})
    void refusesToOverrideItsOwnFields(String name) {
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> TextParams.builder().extra(name, 1))
                .withMessageContaining(name + " can't be an extra field");
    }

    @Test
    void refusesMessagesThatNameAFieldTwice() {
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> new ChatMessage("user", "a", Map.of("role", "system")));
        assertThatExceptionOfType(ValidationException.class).isThrownBy(() -> new ChatMessage(" ", "a", Map.of()));
    }

    @Test
    void showsNoPromptInItsText() {
        assertThat(TextParams.ofPrompt("private words")).hasToString("TextParams[1 messages, []]");
        assertThat(new RawJson("{\"a\":1}")).hasToString("RawJson[7 characters]");
    }

    @Test
    void passesTheLongestWaitOn() {
        server.nextJson(200, Golden.text("data/chat.response.json"));
        try (DataClient client =
                Clients.data(server).maxWait(Duration.ofSeconds(90)).build()) {
            client.endpoint("bot").generateText(TextParams.ofPrompt("Hi"));
        }
        assertThat(server.onlyRequest().header("X-InferenceKey-Max-Wait")).hasValue("90");
    }

    @Test
    void embedsOneText() {
        server.nextJson(200, "{\"data\":[{\"embedding\":[1,2.5]}],\"model\":\"m\"}");
        try (DataClient client = Clients.data(server).build()) {
            EmbedResult result = client.endpoint("embedder").embed("first text");

            assertThat(result.embeddings()).hasSize(1);
            assertThat(result.embeddings().get(0)).containsExactly(1f, 2.5f);
            assertThat(result.usage()).isNull();
        }
        assertBody("data/embeddings-single.request.json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data/embeddings.response.json", "data/embeddings-out-of-order.response.json"})
    void embedsManyTextsInTheOrderOfTheInputs(String answer) {
        server.nextJson(200, Golden.text(answer));
        try (DataClient client = Clients.data(server).build()) {
            EmbedResult result = client.endpoint("embedder").embed("first text", "second text");

            assertThat(result.embeddings()).hasSize(2);
            assertThat(result.embeddings().get(0)).containsExactly(0.0125f, -0.5f, 1e-05f);
            assertThat(result.embeddings().get(1)).containsExactly(0.25f, 0f, -1f);
            assertThat(result.model()).isEqualTo("nomic-embed-text");
            assertThat(result.usage()).isEqualTo(new Usage(4, 0, 4));
            assertThat(result.raw().toMap()).containsEntry("object", "list");
        }
        assertBody("data/embeddings.request.json");
        assertThat(server.onlyRequest().path()).isEqualTo("/endpoint/acme/embedder/v1/embeddings");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "null",
                "{\"data\":[{\"embedding\":[1]}]}",
                "{\"data\":[{\"embedding\":[1],\"index\":0},{\"embedding\":[1],\"index\":0}]}",
                "{\"data\":[{\"embedding\":[1],\"index\":7},{\"embedding\":[1],\"index\":0}]}",
                "{\"data\":[{\"embedding\":[1]},null]}",
                "{\"data\":[{\"embedding\":[1]},{}]}",
                "{\"data\":[{\"embedding\":[\"x\"]},{\"embedding\":[1]}]}",
                "{\"data\":7}"
            })
    void saysSoIfVectorsAreMissing(String body) {
        server.nextJson(200, body);

        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> bot.embed("a", "b"))
                .withMessageStartingWith("api error [200]: the answer can't be read: ");
    }

    @Test
    void refusesToEmbedNothing() {
        assertThatExceptionOfType(ValidationException.class).isThrownBy(bot::embed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"data/rerank.response.json", "data/rerank-score.response.json"})
    void ranksDocuments(String answer) {
        server.nextJson(200, Golden.text(answer));
        try (DataClient client = Clients.data(server).build()) {
            RerankResult result = client.endpoint("ranker")
                    .rerank(
                            "capital of Spain",
                            List.of("Paris is in France.", "Madrid is in Spain.", "Bread is food."),
                            2);

            assertThat(result.results())
                    .containsExactly(
                            new RerankResult.Ranked(1, 0.98, "Madrid is in Spain."),
                            new RerankResult.Ranked(0, 0.11, "Paris is in France."));
            assertThat(result.model()).isEqualTo("bge-reranker-v2-m3");
        }
        assertBody("data/rerank.request.json");
        assertThat(server.onlyRequest().path()).isEqualTo("/endpoint/acme/ranker/v1/rerank");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"results\":[{}]}",
                "{\"results\":[7]}",
                "{\"results\":[{\"index\":1,\"score\":1}]}",
                "{\"results\":[{\"index\":-1,\"score\":1}]}",
                "{\"results\":[{\"index\":0,\"score\":\"high\"}]}"
            })
    void saysSoIfARankingCannotBeRead(String body) {
        server.nextJson(200, body);

        assertThatExceptionOfType(ApiException.class).isThrownBy(() -> bot.rerank("q", List.of("only one")));
    }

    @Test
    void refusesToRankWhatMakesNoSense() {
        assertThatExceptionOfType(ValidationException.class).isThrownBy(() -> bot.rerank(" ", List.of("a")));
        assertThatExceptionOfType(ValidationException.class).isThrownBy(() -> bot.rerank("q", List.of()));
        assertThatExceptionOfType(ValidationException.class).isThrownBy(() -> bot.rerank("q", List.of("a"), 0));
    }

    @Test
    void worksWithoutWaitingToo() {
        Duration limit = Duration.ofSeconds(20);
        server.nextJson(200, Golden.text("data/chat.response.json"));
        assertThat(bot.generateTextAsync(TextParams.ofPrompt("Hi"))).succeedsWithin(limit);
        server.nextJson(200, "{\"data\":[{\"embedding\":[1]}]}");
        assertThat(bot.embedAsync("Hi")).succeedsWithin(limit);
        server.nextJson(200, Golden.text("data/rerank.response.json"));
        assertThat(bot.rerankAsync("q", List.of("a", "b"), 1)).succeedsWithin(limit);
        server.nextJson(200, Golden.text("data/rerank.response.json"));
        assertThat(bot.rerankAsync("q", List.of("a", "b"))).succeedsWithin(limit);
        server.nextJson(202, Golden.text("jobs/submit.response.json"));
        assertThat(bot.submitJobAsync(JobParams.json(JobKind.CHAT, Map.of()))).succeedsWithin(limit);
        server.nextJson(200, "{\"status\":\"ok\"}");
        assertThat(bot.jobAsync("j1")).succeedsWithin(limit);
    }

    @Test
    void tellsOtherClientsWhereToGo() {
        assertThat(bot.openAiBaseUrl()).isEqualTo(server.url() + "/endpoint/acme/support-bot/v1");
        assertThat(bot.ref()).isEqualTo(new EndpointRef("acme", "support-bot"));
    }
}
