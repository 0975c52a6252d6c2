package dev.inferencekey.spring.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import dev.inferencekey.ApiException;
import dev.inferencekey.RateLimitException;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.spring.InferenceKeyAutoConfiguration;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.ScriptedAnswer;
import dev.inferencekey.testkit.ScriptedCall;
import dev.inferencekey.testkit.ScriptedWorkload;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.model.MessageAggregator;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.Media;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.rag.Query;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.MimeTypeUtils;

/** The models over real endpoints, whose answers are scripted. */
@Tag("slow")
class InferenceKeyModelsTest {
    private static InferenceKeyPlatform platform;
    private static ScriptedWorkload bot;

    private final TestObservationRegistry observations = TestObservationRegistry.create();
    private InferenceKeyChatModel model;

    @BeforeAll
    static void start() {
        platform = InferenceKeyPlatform.start();
        bot = platform.script("bot");
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @BeforeEach
    void forget() {
        bot.reset();
        model = new InferenceKeyChatModel(
                bot.endpoint(),
                InferenceKeyChatOptions.builder().temperature(0.1).maxTokens(64).build(),
                observations);
    }

    @Test
    void answersWithUsageModelAndFinishReason() {
        bot.answer(ScriptedAnswer.text("It is on its way.").tokens(12, 5));
        ChatResponse response = model.call(new Prompt(
                List.of(new SystemMessage("Be brief."), new UserMessage("Where is my order?")),
                ChatOptions.builder()
                        .temperature(0.9)
                        .topK(20)
                        .stopSequences(List.of("END"))
                        .build()));

        assertThat(only(response).getOutput().getText()).isEqualTo("It is on its way.");
        assertThat(only(response).getMetadata().getFinishReason()).isEqualTo("stop");
        assertThat(response.getMetadata().getModel()).isNotBlank();
        assertThat(response.getMetadata().getUsage().getPromptTokens()).isEqualTo(12);
        assertThat(response.getMetadata().getUsage().getCompletionTokens()).isEqualTo(5);
        assertThat(response.getMetadata().getUsage().getTotalTokens()).isEqualTo(17);

        ScriptedCall call = bot.call();
        assertThat(call.at("/messages/0/role")).isEqualTo("system");
        assertThat(call.at("/messages/1/content")).isEqualTo("Where is my order?");
        assertThat(call.at("/temperature")).as("the prompt's").isEqualTo("0.9");
        assertThat(call.at("/max_tokens")).as("the default").isEqualTo("64");
        assertThat(call.at("/top_k")).isEqualTo("20");
        assertThat(call.at("/stop/0")).isEqualTo("END");
    }

    @Test
    void streamsPiecesThatAddUpWithTheUsageAtTheEnd() {
        bot.answer(ScriptedAnswer.stream("It ", "is ", "on its way.").tokens(12, 5));
        List<ChatResponse> pieces =
                model.stream(new Prompt("Where?")).collectList().block();
        assertThat(pieces)
                .extracting(piece -> only(piece).getOutput().getText())
                .contains("It ", "is ", "on its way.");

        bot.answer(ScriptedAnswer.stream("It ", "is ", "on its way.").tokens(12, 5));
        ChatResponse[] whole = new ChatResponse[1];
        new MessageAggregator()
                .aggregate(model.stream(new Prompt("Where?")), response -> whole[0] = response)
                .blockLast();
        assertThat(only(whole[0]).getOutput().getText()).isEqualTo("It is on its way.");
        assertThat(whole[0].getMetadata().getUsage().getTotalTokens()).isEqualTo(17);
        assertThat(bot.calls()).allMatch(ScriptedCall::isStreamed);
    }

    @Test
    void failsWithTheClientsExceptions() {
        bot.answer(ScriptedAnswer.rateLimited(Duration.ofSeconds(7)));
        assertThatExceptionOfType(RateLimitException.class).isThrownBy(() -> model.call("Where?"));
        bot.answer(ScriptedAnswer.stream("It ", "is ", "on its way.").cutAfter(1));
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> model.stream(new Prompt("Where?")).blockLast());
    }

    @Test
    void lendsItselfToAChatClientWithTools() {
        bot.toolCall("findOrder", Map.of("number", "A-17")).answer("A-17 is in Lisbon.");
        // docs:start tools
        String answer = ChatClient.create(model)
                .prompt("Where is order A-17?")
                .tools(new Orders())
                .call()
                .content();
        // docs:end tools
        assertThat(answer).isEqualTo("A-17 is in Lisbon.");
        List<ScriptedCall> calls = bot.assertCalled(2);
        assertThat(calls.get(0).at("/tools/0/function/name")).isEqualTo("findOrder");
        assertThat(calls.get(0).at("/tools/0/function/parameters/properties/number/type"))
                .isEqualTo("string");
        assertThat(calls.get(1).at("/messages/1/tool_calls/0/function/name")).isEqualTo("findOrder");
        assertThat(calls.get(1).at("/messages/2/role")).isEqualTo("tool");
        assertThat(calls.get(1).at("/messages/2/content")).contains("A-17 is on a ship");
    }

    @Test
    void lendsItselfToAChatClientThatWantsAnObject() {
        bot.answer("{\"city\": \"Lisbon\", \"days\": 3}");
        // docs:start entity
        Delivery delivery = ChatClient.create(model).prompt("Where?").call().entity(Delivery.class);
        // docs:end entity
        assertThat(delivery).isEqualTo(new Delivery("Lisbon", 3));
    }

    @Test
    void holdsTheModelToASchema() {
        bot.answer("{}");
        model.call(new Prompt(
                "Where?",
                InferenceKeyChatOptions.builder()
                        .outputSchema("{\"type\": \"object\"}")
                        .extra("seed", 7)
                        .build()));
        assertThat(bot.call().at("/response_format/json_schema/schema/type")).isEqualTo("object");
        assertThat(bot.call().at("/seed")).isEqualTo("7");
    }

    @Test
    void sendsPictures() {
        bot.always("A cat.");
        model.call(UserMessage.builder()
                .text("What is it?")
                .media(
                        new Media(MimeTypeUtils.IMAGE_PNG, URI.create("https://example.com/cat.png")),
                        Media.builder()
                                .mimeType(MimeTypeUtils.IMAGE_PNG)
                                .data(new byte[] {1, 2, 3})
                                .build())
                .build());
        assertThat(bot.call().at("/messages/0/content/0/text")).isEqualTo("What is it?");
        assertThat(bot.call().at("/messages/0/content/1/image_url/url")).isEqualTo("https://example.com/cat.png");
        assertThat(bot.call().at("/messages/0/content/2/image_url/url")).isEqualTo("data:image/png;base64,AQID");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.call(UserMessage.builder()
                        .text("Read it.")
                        .media(Media.builder()
                                .mimeType(MimeTypeUtils.APPLICATION_JSON)
                                .data(new byte[] {1})
                                .build())
                        .build()))
                .withMessageContaining("application/json");
    }

    @Test
    void observesWholeAndStreamedAnswers() {
        bot.answer("Yes.").stream("Y", "es.");
        model.call("Is it?");
        model.stream(new Prompt("Is it?")).blockLast();
        TestObservationRegistryAssert.assertThat(observations)
                .hasNumberOfObservationsWithNameEqualTo("gen_ai.client.operation", 2)
                .forAllObservationsWithNameEqualTo(
                        "gen_ai.client.operation",
                        observation -> observation
                                .hasLowCardinalityKeyValue("gen_ai.system", "inferencekey")
                                .hasLowCardinalityKeyValue("gen_ai.request.model", "bot"))
                .hasObservationWithNameEqualTo("gen_ai.client.operation")
                .that()
                .hasBeenStopped();
    }

    @Test
    void makesVectors() {
        ScriptedWorkload search =
                platform.script("search", TaskType.EMBEDDING).always(ScriptedAnswer.embedding(0.5, 1));
        EmbeddingModel embedding = new InferenceKeyEmbeddingModel(search.endpoint());
        assertThat(embedding.embed("order")).containsExactly(0.5f, 1f);
        assertThat(embedding.embed(new Document("order"))).containsExactly(0.5f, 1f);
        EmbeddingResponse response = embedding.embedForResponse(List.of("order", "delivery"));
        assertThat(response.getResults()).hasSize(2);
        assertThat(response.getMetadata().getUsage().getTotalTokens()).isPositive();
        assertThat(embedding.dimensions()).isEqualTo(2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> embedding.call(new EmbeddingRequest(
                        List.of("order"),
                        EmbeddingOptions.builder().dimensions(7).build())));
    }

    @Test
    void ranksDocuments() {
        ScriptedWorkload ranker =
                platform.script("ranker", TaskType.RERANKER).always(ScriptedAnswer.ranking(0.1, 0.9, 0.5));
        List<Document> documents = List.of(
                new Document("a", "first", Map.of()),
                new Document("b", "second", Map.of("kept", true)),
                new Document("c", "third", Map.of()));
        assertThat(new InferenceKeyReranker(ranker.endpoint(), 2).process(new Query("which?"), documents))
                .extracting(Document::getId, Document::getScore)
                .containsExactly(tuple("b", 0.9), tuple("c", 0.5));
        assertThat(new InferenceKeyReranker(ranker.endpoint(), null).process(new Query("which?"), List.of()))
                .isEmpty();
    }

    @Test
    void areBeansWherePropertiesNameTheirEndpoints() {
        ApplicationContextRunner runner = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        InferenceKeyAutoConfiguration.class, InferenceKeyAiAutoConfiguration.class))
                .withPropertyValues(
                        "inferencekey.base-url=" + platform.baseUrl(),
                        "inferencekey.project=" + platform.project(),
                        "inferencekey.api-key=" + platform.apiKey(),
                        "inferencekey.endpoints.bot.workload=bot");
        runner.run(
                context -> assertThat(context).doesNotHaveBean(ChatModel.class).doesNotHaveBean(EmbeddingModel.class));
        bot.answer("Yes.");
        runner.withPropertyValues(
                        "inferencekey.ai.chat.endpoint=bot",
                        "inferencekey.ai.chat.temperature=0.3",
                        "inferencekey.ai.chat.max-tokens=9",
                        "inferencekey.ai.embedding.endpoint=bot",
                        "inferencekey.ai.rerank.endpoint=bot",
                        "inferencekey.ai.rerank.top-n=3")
                .run(context -> {
                    assertThat(context.getBean(ChatModel.class).call("Is it?")).isEqualTo("Yes.");
                    assertThat(bot.call().at("/temperature")).isEqualTo("0.3");
                    assertThat(bot.call().at("/max_tokens")).isEqualTo("9");
                    assertThat(context).hasSingleBean(EmbeddingModel.class).hasSingleBean(InferenceKeyReranker.class);
                });
        runner.withPropertyValues("inferencekey.ai.chat.endpoint=bto")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("there is no endpoint \"bto\"; configured are [bot]"));
    }

    private static Generation only(ChatResponse response) {
        assertThat(response.getResults()).hasSize(1);
        return response.getResults().get(0);
    }

    record Delivery(String city, int days) {}

    static class Orders {
        @Tool(description = "Finds an order by its number.")
        String findOrder(String number) {
            return number + " is on a ship";
        }
    }
}
