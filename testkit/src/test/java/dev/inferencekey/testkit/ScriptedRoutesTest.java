package dev.inferencekey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.ImageParams;
import dev.inferencekey.SpeechParams;
import dev.inferencekey.TranscriptionParams;
import dev.inferencekey.contract.workload.TaskType;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is scripted on other routes than chats, as it comes out of the platform. */
@Tag("slow")
final class ScriptedRoutesTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    @SuppressWarnings("NullAway.Init")
    private static InferenceKeyPlatform platform;

    @SuppressWarnings("NullAway.Init")
    private static ScriptedWorkload bot;

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
    }

    private static String respond(String body) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create(bot.endpoint().openAiBaseUrl() + "/responses"))
                            .header("Authorization", "Bearer " + platform.apiKey())
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return response.body();
        }
    }

    private static JsonNode response(String body) throws IOException, InterruptedException {
        return JSON.readTree(respond(body));
    }

    private static List<JsonNode> events(String body) throws IOException, InterruptedException {
        return respond(body)
                .lines()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> JSON.readTree(line.substring("data: ".length())))
                .toList();
    }

    @Test
    void aResponseIsAMessageWithWhatItUsed() throws Exception {
        bot.answer(ScriptedAnswer.text("It is on its way.").tokens(7, 5));

        JsonNode response = response("""
                {"model": "bot", "input": [{"role": "user", "content": [{"type": "input_text", "text": "Where is it?"}]}]}
                """);

        assertThat(response.path("status").asString()).isEqualTo("completed");
        assertThat(response.at("/output/0/content/0/text").asString()).isEqualTo("It is on its way.");
        assertThat(response.at("/usage/input_tokens").asInt()).isEqualTo(7);
        assertThat(response.at("/usage/output_tokens").asInt()).isEqualTo(5);
        assertThat(bot.call().path()).isEqualTo("/v1/responses");
        assertThat(bot.call().prompt()).isEqualTo("Where is it?");
    }

    @Test
    void aResponseIsStreamedInItsPiecesAndEndsWithTheWhole() throws Exception {
        bot.stream("It ", "is ", "late.");

        List<JsonNode> events = events("""
                {"model": "bot", "input": "Hi", "stream": true}
                """);

        assertThat(events)
                .extracting(event -> event.path("type").asString())
                .containsExactly(
                        "response.created",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta",
                        "response.output_text.delta",
                        "response.output_text.delta",
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.completed");
        assertThat(events)
                .extracting(event -> event.path("sequence_number").asInt())
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(events)
                .filteredOn(event -> event.path("type").asString().endsWith("text.delta"))
                .extracting(event -> event.path("delta").asString())
                .containsExactly("It ", "is ", "late.");
        assertThat(events.getLast().at("/response/output/0/content/0/text").asString())
                .isEqualTo("It is late.");
        assertThat(bot.call().prompt()).isEqualTo("Hi");
    }

    @Test
    void aResponseCallsFunctionsWholeAndStreamed() throws Exception {
        bot.toolCall("find_order", Map.of("number", 7)).toolCall("find_order", Map.of("number", 8));

        JsonNode whole = response("""
                {"model": "bot", "input": "Hi"}
                """);
        List<JsonNode> events = events("""
                {"model": "bot", "input": "Hi", "stream": true}
                """);

        assertThat(whole.path("output")).hasSize(1);
        assertThat(whole.at("/output/0/type").asString()).isEqualTo("function_call");
        assertThat(whole.at("/output/0/arguments").asString()).isEqualTo("{\"number\":7}");
        assertThat(events.getLast().at("/response/output/0/arguments").asString())
                .isEqualTo("{\"number\":8}");
        assertThat(events)
                .filteredOn(event -> event.path("type").asString().endsWith("arguments.done"))
                .extracting(event -> event.path("arguments").asString())
                .containsExactly("{\"number\":8}");
    }

    @Test
    void aResponseThatWasCutOffSaysWhy() throws Exception {
        bot.answer(ScriptedAnswer.text("It is").finishReason("length"));

        JsonNode response = response("""
                {"model": "bot", "input": "Hi"}
                """);

        assertThat(response.path("status").asString()).isEqualTo("incomplete");
        assertThat(response.at("/incomplete_details/reason").asString()).isEqualTo("max_output_tokens");
    }

    @Test
    void imagesAreTheBytesThatWereScripted() {
        ScriptedWorkload painter = platform.script("painter", TaskType.TEXT2IMAGE);
        byte[] first = {(byte) 0x89, 'P', 'N', 'G'};
        byte[] second = {(byte) 0x89, 'P', 'N', 'G', 2};
        painter.answer(ScriptedAnswer.images(first, second));

        var images =
                painter.endpoint().generateImage(ImageParams.ofPrompt("A cat")).images();

        assertThat(images).hasSize(2);
        assertThat(images.get(0).bytes()).hasValue(first);
        assertThat(images.get(1).bytes()).hasValue(second);
        assertThat(painter.call().prompt()).isEqualTo("A cat");
    }

    @Test
    void speechIsTheBytesThatWereScripted() {
        ScriptedWorkload speaker = platform.script("speaker", TaskType.TEXT2AUDIO);
        byte[] sound = {(byte) 0xff, (byte) 0xfb, 0, 10, 13, (byte) 0x80};
        speaker.answer(ScriptedAnswer.sound("audio/mpeg", sound));

        var speech = speaker.endpoint().generateSpeech(SpeechParams.of("Hello.", "alloy"));

        assertThat(speech.bytes()).isEqualTo(sound);
        assertThat(speech.mediaType()).isEqualTo("audio/mpeg");
        assertThat(speaker.call().prompt()).isEqualTo("Hello.");
    }

    @Test
    void aTextIsATranscriptAndTheFormsFieldsAreSeen() {
        ScriptedWorkload listener = platform.script("listener", TaskType.AUDIO2TEXT);
        listener.answer("Good morning.");

        var transcript = listener.endpoint()
                .transcribe(TranscriptionParams.builder(new byte[] {0, 1, (byte) 0xff, '\r', '\n', '-'}, "a.wav")
                        .prompt("Names: Ada")
                        .language("en")
                        .build());

        assertThat(transcript.text()).isEqualTo("Good morning.");
        ScriptedCall call = listener.call();
        assertThat(call.path()).isEqualTo("/v1/audio/transcriptions");
        assertThat(call.prompt()).isEqualTo("Names: Ada");
        assertThat(call.formField("language")).isEqualTo("en");
        assertThat(call.formField("nothing")).isEmpty();
    }

    @Test
    void anImageIsNoAnswerToAnotherRoute() {
        bot.answer(ScriptedAnswer.images(new byte[] {1}));

        assertThatThrownBy(() -> respond("{\"model\": \"bot\", \"input\": \"Hi\"}"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("an image, which is no answer to POST /v1/responses");
    }
}
