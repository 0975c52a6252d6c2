package dev.inferencekey.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Text that does not come token by token: characters spelled in bytes, and stop texts; with a model that is certain. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
final class TextTest {
    private EngineProcess engine;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Path model = folder.resolve("chain.gguf");
        ChainModel.write(model);
        engine = EngineProcess.start(folder, model, "-c", "256", "--jinja", "--temp", "0");
    }

    @AfterAll
    void stop() {
        engine.close();
    }

    @Test
    void aCharacterSpelledInSeveralTokensComesWhole() throws Exception {
        JsonNode answer = complete("");

        assertThat(text(answer)).isEqualTo(ChainModel.ANSWER);
        assertThat(finishReason(answer)).isEqualTo("stop");
        assertThat(tokens(answer)).isEqualTo(ChainModel.ANSWER_TOKENS);
    }

    @Test
    void itsCountersGrowByWhatAnswersTellAsUsage() throws Exception {
        long read = counter("llamacpp:prompt_tokens_total");
        long generated = counter("llamacpp:tokens_predicted_total");

        JsonNode whole = complete(",\"n\":2,\"max_tokens\":3");
        engine.post("/v1/completions", "{\"prompt\":\"x\",\"stream\":true,\"max_tokens\":2}");

        assertThat(counter("llamacpp:prompt_tokens_total") - read).isEqualTo(2L * prompt(whole));
        assertThat(counter("llamacpp:tokens_predicted_total") - generated).isEqualTo(tokens(whole) + 2);
    }

    private long counter(String name) throws Exception {
        return engine.send(engine.request("/metrics").build())
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .sum();
    }

    @Test
    void noStreamedPieceHoldsHalfACharacter() throws Exception {
        String events = engine.post("/v1/completions", "{\"prompt\":\"x\",\"stream\":true}")
                .body();

        String text = events.lines()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> EngineProcess.JSON.readTree(line.substring(6)))
                .map(TextTest::text)
                .collect(Collectors.joining());
        assertThat(text).isEqualTo(ChainModel.ANSWER);
        assertThat(events).doesNotContain("\uFFFD");
    }

    @Test
    void anAnswerThatIsFullInTheMiddleOfACharacterLeavesItAwayButCountsItsTokens() throws Exception {
        JsonNode answer = complete(",\"max_tokens\":3");

        assertThat(text(answer)).isEqualTo(" costs");
        assertThat(finishReason(answer)).isEqualTo("length");
        assertThat(tokens(answer)).isEqualTo(3);
    }

    @Test
    void aStopTextEndsTheAnswerAndIsNotPartOfIt() throws Exception {
        JsonNode answer = complete(",\"stop\":[\"never\",\"\u20AC a\"]");

        assertThat(text(answer)).isEqualTo(" costs");
        assertThat(finishReason(answer)).isEqualTo("stop");
        assertThat(tokens(answer)).isEqualTo(5);
    }

    @Test
    void theBeginningOfAStopTextThatDoesNotComeIsSentInTheEnd() throws Exception {
        JsonNode answer = complete(",\"stop\":\"\u00E9!\"");

        assertThat(text(answer)).isEqualTo(ChainModel.ANSWER);
        assertThat(finishReason(answer)).isEqualTo("stop");
    }

    @Test
    void everyCharacterOfAPromptReachesTheModel() throws Exception {
        // Without its own template, and with one byte per token here: the text's bytes are its tokens.
        JsonNode plain = chat("Hi");
        JsonNode emoji = chat("Hi\uD83D\uDE00\\u0000\u20AC");

        assertThat(prompt(emoji) - prompt(plain)).isEqualTo(4 + 1 + 3);
        assertThat(emoji.path("choices").get(0).path("message").path("content").stringValue())
                .isEqualTo(ChainModel.ANSWER);
    }

    @Test
    void anOrderOfMessagesThatATemplateMayRefuseIsRefusedBeforeIt() throws Exception {
        String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"}]}";

        assertThat(engine.post("/v1/chat/completions", body).statusCode()).isEqualTo(400);
    }

    private JsonNode complete(String more) throws Exception {
        return engine.ask("/v1/completions", "{\"prompt\":\"x\"" + more + "}");
    }

    private JsonNode chat(String content) throws Exception {
        return engine.ask(
                "/v1/chat/completions", "{\"messages\":[{\"role\":\"user\",\"content\":\"" + content + "\"}]}");
    }

    private static String text(JsonNode answer) {
        return answer.path("choices").get(0).path("text").stringValue();
    }

    private static String finishReason(JsonNode answer) {
        return answer.path("choices").get(0).path("finish_reason").stringValue();
    }

    private static int tokens(JsonNode answer) {
        return answer.path("usage").path("completion_tokens").intValue();
    }

    private static int prompt(JsonNode answer) {
        return answer.path("usage").path("prompt_tokens").intValue();
    }
}
