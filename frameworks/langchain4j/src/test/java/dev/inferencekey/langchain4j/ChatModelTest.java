package dev.inferencekey.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.ScriptedAnswer;
import dev.inferencekey.testkit.ScriptedCall;
import dev.inferencekey.testkit.ScriptedWorkload;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.audio.Audio;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.AudioContent;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.CustomMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.PdfFileContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.message.VideoContent;
import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonBooleanSchema;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonNullSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonReferenceSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a chat model sends and gives back, over a real endpoint whose answers are scripted; LangChain4j's own tests are in {@code suites}. */
@Tag("slow")
class ChatModelTest {
    private static InferenceKeyPlatform platform;
    private static ScriptedWorkload bot;

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
        bot.always("Yes.");
        model = InferenceKeyChatModel.builder().endpoint(bot.endpoint()).build();
    }

    @Test
    void sendsEveryParameterAndTheRequestsBeforeTheDefaults() {
        InferenceKeyChatModel model = InferenceKeyChatModel.builder()
                .endpoint(bot.endpoint())
                .defaultRequestParameters(InferenceKeyChatRequestParameters.builder()
                        .temperature(0.1)
                        .seed(1)
                        .customParameter("min_p", 0.1)
                        .build())
                .temperature(0.2)
                .topP(0.9)
                .topK(20)
                .frequencyPenalty(0.3)
                .presencePenalty(0.4)
                .maxOutputTokens(64)
                .stopSequences("END")
                .seed(7)
                .reasoningEffort("low")
                .parallelToolCalls(false)
                .customParameter("repeat_penalty", 1.1)
                .build();
        model.chat(ChatRequest.builder()
                .messages(UserMessage.from("Is it?"))
                .parameters(InferenceKeyChatRequestParameters.builder()
                        .maxOutputTokens(9)
                        .customParameter("min_p", 0.2)
                        .build())
                .build());
        ScriptedCall call = bot.call();
        assertThat(call.at("/temperature")).as("set by itself").isEqualTo("0.2");
        assertThat(call.at("/seed")).isEqualTo("7");
        assertThat(call.at("/max_tokens")).as("the request's").isEqualTo("9");
        assertThat(call.at("/min_p")).as("the request's").isEqualTo("0.2");
        assertThat(call.at("/repeat_penalty")).isEqualTo("1.1");
        assertThat(call.at("/top_p")).isEqualTo("0.9");
        assertThat(call.at("/top_k")).isEqualTo("20");
        assertThat(call.at("/frequency_penalty")).isEqualTo("0.3");
        assertThat(call.at("/presence_penalty")).isEqualTo("0.4");
        assertThat(call.at("/stop/0")).isEqualTo("END");
        assertThat(call.at("/reasoning_effort")).isEqualTo("low");
        assertThat(call.at("/parallel_tool_calls")).isEqualTo("false");
    }

    @Test
    void keepsItsOwnParametersWhenTheyAreMerged() {
        InferenceKeyChatRequestParameters own = InferenceKeyChatRequestParameters.builder()
                .temperature(0.2)
                .seed(7)
                .parallelToolCalls(true)
                .reasoningEffort("low")
                .customParameter("min_p", 0.1)
                .build();
        ChatRequestParameters common =
                ChatRequestParameters.builder().temperature(0.5).build();
        assertThat(own.overrideWith(common).temperature()).isEqualTo(0.5);
        assertThat(own.overrideWith(common).defaultedBy(own)).isNotEqualTo(own);
        assertThat(own.defaultedBy(common)).isEqualTo(own).hasSameHashCodeAs(own);
        assertThat(common.overrideWith(own)).as("LangChain4j's keep them, too").isEqualTo(own);
        assertThat(own.overrideWith(InferenceKeyChatRequestParameters.builder()
                                .seed(8)
                                .build())
                        .seed())
                .isEqualTo(8);
    }

    @Test
    void takesTheWorkloadsSlugForAModelNameAndNoOther() {
        assertThat(model.defaultRequestParameters().modelName()).isEqualTo("bot");
        model.chat(ChatRequest.builder()
                .messages(UserMessage.from("Is it?"))
                .modelName("bot")
                .build());
        assertThatExceptionOfType(UnsupportedFeatureException.class)
                .isThrownBy(() -> model.chat(ChatRequest.builder()
                        .messages(UserMessage.from("Is it?"))
                        .modelName("gpt")
                        .build()))
                .withMessageContaining("\"gpt\"")
                .withMessageContaining("workload \"bot\"");
        bot.assertCalled(1);
    }

    @Test
    void refusesBeforeItSendsWhatCanNotBeRight() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> model.chat(ChatRequest.builder()
                        .messages(UserMessage.from("Is it?"))
                        .topP(7.0)
                        .build()))
                .withMessageContaining("top_p must be above 0 and at most 1")
                .withCauseInstanceOf(dev.inferencekey.ValidationException.class);
        bot.assertCalled(0);
    }

    @Test
    void sendsAWholeConversation() {
        ToolExecutionRequest find = ToolExecutionRequest.builder()
                .id("call_7")
                .name("findOrder")
                .arguments("{\"number\": \"A-17\"}")
                .build();
        ToolExecutionRequest nameless =
                ToolExecutionRequest.builder().name("now").build();
        model.chat(
                SystemMessage.from("Be brief."),
                UserMessage.from("anna", "Where is A-17, and what time is it?"),
                AiMessage.from("I'll look.", List.of(find, nameless)),
                ToolExecutionResultMessage.from(find, "on a ship"),
                ToolExecutionResultMessage.from(nameless, "noon"),
                AiMessage.builder().thinking("What now?").build(),
                UserMessage.from("Well?"));
        ScriptedCall call = bot.call();
        assertThat(call.at("/messages/0/role")).isEqualTo("system");
        assertThat(call.at("/messages/1/name")).isEqualTo("anna");
        assertThat(call.at("/messages/2/content")).isEqualTo("I'll look.");
        assertThat(call.at("/messages/2/tool_calls/0/id")).isEqualTo("call_7");
        assertThat(call.at("/messages/2/tool_calls/0/function/arguments")).isEqualTo("{\"number\": \"A-17\"}");
        assertThat(call.at("/messages/2/tool_calls/1/function/arguments")).isEqualTo("{}");
        assertThat(call.at("/messages/3/role")).isEqualTo("tool");
        assertThat(call.at("/messages/3/tool_call_id")).isEqualTo("call_7");
        assertThat(call.at("/messages/4/tool_call_id"))
                .as("of a call without an id")
                .isEqualTo(call.at("/messages/2/tool_calls/1/id"))
                .isNotBlank();
        assertThat(call.at("/messages/5/content")).isEmpty();
        assertThat(call.at("/messages/5/reasoning_content"))
                .as("unless it is asked for")
                .isNull();
    }

    @Test
    void sendsPicturesSoundAndFilms() {
        model.chat(UserMessage.from(
                TextContent.from("What is it?"),
                ImageContent.from("https://example.com/cat.png", ImageContent.DetailLevel.HIGH),
                ImageContent.from("AQID", "image/png"),
                AudioContent.from(Audio.builder()
                        .binaryData(new byte[] {1, 2, 3})
                        .mimeType("audio/mpeg")
                        .build()),
                VideoContent.from("https://example.com/cat.mp4")));
        ScriptedCall call = bot.call();
        assertThat(call.at("/messages/0/content/0/text")).isEqualTo("What is it?");
        assertThat(call.at("/messages/0/content/1/image_url/url")).isEqualTo("https://example.com/cat.png");
        assertThat(call.at("/messages/0/content/1/image_url/detail")).isEqualTo("high");
        assertThat(call.at("/messages/0/content/2/image_url/url")).isEqualTo("data:image/png;base64,AQID");
        assertThat(call.at("/messages/0/content/3/input_audio/data")).isEqualTo("AQID");
        assertThat(call.at("/messages/0/content/3/input_audio/format")).isEqualTo("mp3");
        assertThat(call.at("/messages/0/content/4/video_url/url")).isEqualTo("https://example.com/cat.mp4");
    }

    @Test
    void saysWhichContentItDoesNotTake() {
        assertRefused(UserMessage.from(PdfFileContent.from("https://example.com/terms.pdf")), "PDF");
        assertRefused(
                UserMessage.from(ImageContent.from("https://example.com/cat.png", ImageContent.DetailLevel.ULTRA_HIGH)),
                "ULTRA_HIGH");
        assertRefused(UserMessage.from(AudioContent.from("https://example.com/cat.wav")), "audio behind an address");
        assertRefused(CustomMessage.from(Map.of("role", "control")), "CUSTOM");
        assertRefused(
                ToolExecutionResultMessage.builder()
                        .id("call_7")
                        .toolName("draw")
                        .contents(List.of(TextContent.from("Here:"), ImageContent.from("AQID", "image/png")))
                        .build(),
                "tool's result");
        bot.assertCalled(0);
    }

    private void assertRefused(ChatMessage message, String named) {
        assertThatExceptionOfType(UnsupportedFeatureException.class)
                .isThrownBy(() -> model.chat(message))
                .withMessageContaining(named)
                .withMessageContaining("is not supported");
    }

    @Test
    void tellsOfToolsStrictWhereAskedFor() {
        JsonObjectSchema parameters = JsonObjectSchema.builder()
                .addStringProperty("number", "such as A-17")
                .addEnumProperty("carrier", List.of("SHIP", "PLANE"))
                .required("number")
                .build();
        ToolSpecification find = ToolSpecification.builder()
                .name("findOrder")
                .description("Finds an order.")
                .parameters(parameters)
                .build();
        ToolSpecification strict = ToolSpecification.builder()
                .name("findStrictly")
                .parameters(parameters)
                .strict(true)
                .build();
        model.chat(ChatRequest.builder()
                .messages(UserMessage.from("Where is A-17?"))
                .toolSpecifications(
                        find, strict, ToolSpecification.builder().name("now").build())
                .toolChoice(ToolChoice.NONE)
                .build());
        ScriptedCall call = bot.call();
        assertThat(call.at("/tool_choice")).isEqualTo("none");
        assertThat(call.at("/tools/0/function/description")).isEqualTo("Finds an order.");
        assertThat(call.at("/tools/0/function/parameters/properties/number/description"))
                .isEqualTo("such as A-17");
        assertThat(call.at("/tools/0/function/parameters/required")).isEqualTo("[\"number\"]");
        assertThat(call.at("/tools/0/function/strict")).isNull();
        assertThat(call.at("/tools/1/function/strict")).isEqualTo("true");
        assertThat(call.at("/tools/1/function/parameters/required")).isEqualTo("[\"number\",\"carrier\"]");
        assertThat(call.at("/tools/1/function/parameters/additionalProperties")).isEqualTo("false");
        assertThat(call.at("/tools/1/function/parameters/properties/carrier/type"))
                .isEqualTo("[\"string\",\"null\"]");
        assertThat(call.at("/tools/1/function/parameters/properties/carrier/enum"))
                .isEqualTo("[\"SHIP\",\"PLANE\",null]");
        assertThat(call.at("/tools/2/function/name")).isEqualTo("now");
    }

    @Test
    void sendsSchemasOfEveryKind() {
        JsonSchema schema = JsonSchema.builder()
                .name("Person")
                .rootElement(JsonObjectSchema.builder()
                        .description("Somebody")
                        .addIntegerProperty("age")
                        .addNumberProperty("height")
                        .addProperty("married", new JsonBooleanSchema())
                        .addProperty("nothing", new JsonNullSchema())
                        .addProperty(
                                "children",
                                JsonArraySchema.builder()
                                        .items(JsonReferenceSchema.builder()
                                                .reference("person")
                                                .build())
                                        .build())
                        .addProperty(
                                "name",
                                dev.langchain4j.model.chat.request.json.JsonAnyOfSchema.builder()
                                        .anyOf(
                                                JsonEnumSchema.builder()
                                                        .enumValues("Anna", "Ben")
                                                        .build(),
                                                new JsonNullSchema())
                                        .build())
                        .definitions(Map.of(
                                "person",
                                JsonObjectSchema.builder()
                                        .addStringProperty("name")
                                        .build()))
                        .additionalProperties(true)
                        .build())
                .build();
        ResponseFormat format = ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(schema)
                .build();
        model.chat(ChatRequest.builder()
                .messages(UserMessage.from("Who?"))
                .responseFormat(format)
                .build());
        ScriptedCall call = bot.call();
        String root = "/response_format/json_schema/schema";
        assertThat(call.at("/response_format/json_schema/name")).isEqualTo("Person");
        assertThat(call.at("/response_format/json_schema/strict")).isEqualTo("false");
        assertThat(call.at(root + "/description")).isEqualTo("Somebody");
        assertThat(call.at(root + "/additionalProperties")).isEqualTo("true");
        assertThat(call.at(root + "/properties/age/type")).isEqualTo("integer");
        assertThat(call.at(root + "/properties/height/type")).isEqualTo("number");
        assertThat(call.at(root + "/properties/married/type")).isEqualTo("boolean");
        assertThat(call.at(root + "/properties/nothing/type")).isEqualTo("null");
        assertThat(call.at(root + "/properties/children/items/$ref")).isEqualTo("#/$defs/person");
        assertThat(call.at(root + "/properties/name/anyOf/0/enum/1")).isEqualTo("Ben");
        assertThat(call.at(root + "/$defs/person/properties/name/type")).isEqualTo("string");
        assertThat(model.supportedCapabilities()).containsExactly(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
        assertThat(InferenceKeyChatModel.builder()
                        .endpoint(bot.endpoint())
                        .supportedCapabilities()
                        .build()
                        .supportedCapabilities())
                .isEmpty();
    }

    @Test
    void givesBackWhatTheModelSaysOfItsAnswer() {
        bot.answer(ScriptedAnswer.text("It is on").tokens(12, 5).finishReason("length"));
        ChatResponse response = model.chat(UserMessage.from("Where?"));
        assertThat(response.aiMessage().text()).isEqualTo("It is on");
        assertThat(response.id()).isNotBlank();
        assertThat(response.modelName()).isNotBlank();
        assertThat(response.tokenUsage()).isEqualTo(new TokenUsage(12, 5, 17));
        assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);

        bot.answer(ScriptedAnswer.text("It").finishReason("tired"));
        assertThat(model.chat(UserMessage.from("Where?")).finishReason()).isEqualTo(FinishReason.OTHER);
    }

    @Test
    void givesBackThoughtsAndSendsThemWhereAskedFor() {
        Map<String, ?> message = Map.of("role", "assistant", "content", "Yes.", "reasoning_content", "Is it? It is.");
        bot.json(Map.of("choices", List.of(Map.of("message", message, "finish_reason", "stop"))));
        assertThat(model.chat(UserMessage.from("Is it?")).aiMessage().thinking())
                .as("unless it is asked for")
                .isNull();

        bot.reset();
        bot.json(Map.of("choices", List.of(Map.of("message", message, "finish_reason", "stop"))))
                .answer("Yes.");
        InferenceKeyChatModel thinking = InferenceKeyChatModel.builder()
                .endpoint(bot.endpoint())
                .returnThinking(true)
                .sendThinking(true)
                .build();
        AiMessage answer = thinking.chat(UserMessage.from("Is it?")).aiMessage();
        assertThat(answer.thinking()).isEqualTo("Is it? It is.");
        thinking.chat(UserMessage.from("Is it?"), answer, UserMessage.from("Really?"));
        assertThat(bot.calls().getLast().at("/messages/1/reasoning_content")).isEqualTo("Is it? It is.");
    }

    @Test
    void failsWhereTheModelRefuses() {
        bot.json(Map.of(
                "choices",
                List.of(Map.of(
                        "message",
                        Map.of("role", "assistant", "refusal", "I can't help with that."),
                        "finish_reason",
                        "stop"))));
        assertThatExceptionOfType(ContentFilteredException.class)
                .isThrownBy(() -> model.chat("How?"))
                .withMessage("I can't help with that.");
    }

    @Test
    void showsWhichWorkloadItCallsAndNoKey() {
        assertThat(model.toString()).isEqualTo("InferenceKeyChatModel[" + platform.project() + "/bot]");
        assertThat(InferenceKeyStreamingChatModel.builder()
                        .endpoint(bot.endpoint())
                        .build()
                        .toString())
                .isEqualTo("InferenceKeyStreamingChatModel[" + platform.project() + "/bot]");
    }
}
