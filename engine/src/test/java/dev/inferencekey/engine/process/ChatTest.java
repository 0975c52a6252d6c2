package dev.inferencekey.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.engine.gguf.TinyModel;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Chat and completions that are not streamed, with llama.cpp's own log as witness of the token counts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
final class ChatTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final Pattern PROMPT_TOKENS = Pattern.compile("n_prompt_tokens = (\\d+)");
    private static final Pattern EVALUATED = Pattern.compile("\n\\s+eval time = [^/]+/ +(\\d+) tokens");

    private EngineProcess engine;

    @BeforeAll
    void start(@TempDir Path folder) {
        engine = EngineProcess.startTiny(folder, "-c", "512", "--alias", "tiny", "--verbose");
    }

    @AfterAll
    void stop() {
        engine.close();
    }

    @Test
    void answersInEnglishWordsInOpenAiShape() throws Exception {
        JsonNode answer = engine.ask(CHAT, """
                {"model":"anything","messages":[{"role":"system","content":"be brief"},
                 {"role":"user","content":"How are you?"}],"temperature":0,"max_tokens":12,"unknown_field":{"a":1}}""");

        assertThat(answer.path("id").stringValue()).startsWith("chatcmpl-");
        assertThat(answer.path("object").stringValue()).isEqualTo("chat.completion");
        assertThat(answer.path("model").stringValue()).isEqualTo("tiny");
        assertThat(answer.path("created").isIntegralNumber()).isTrue();
        JsonNode choice = answer.path("choices").get(0);
        assertThat(choice.path("index").intValue()).isZero();
        assertThat(choice.path("message").path("role").stringValue()).isEqualTo("assistant");
        String text = choice.path("message").path("content").stringValue();
        assertThat(text.strip().split("[\\s.]+")).isNotEmpty().allMatch(TinyModel.words()::contains);
    }

    @Test
    void countsTheTokensThatLlamaCppCounts() throws Exception {
        String before = engine.errors();
        JsonNode answer = engine.ask(CHAT, """
                {"messages":[{"role":"user","content":"The house of life \uD83D\uDE00 and zażółć"}],
                 "ignore_eos":true,"max_tokens":17}""");

        JsonNode usage = answer.path("usage");
        String log = Awaitility.await()
                .atMost(EngineProcess.PATIENCE)
                .until(
                        () -> engine.errors().substring(before.length()),
                        text -> EVALUATED.matcher(text).find());
        assertThat(numbers(PROMPT_TOKENS, log))
                .contains(usage.path("prompt_tokens").intValue());
        assertThat(numbers(EVALUATED, log))
                .containsExactly(usage.path("completion_tokens").intValue())
                .containsExactly(17);
        assertThat(usage.path("total_tokens").intValue())
                .isEqualTo(usage.path("prompt_tokens").intValue() + 17);
        assertThat(answer.path("choices").get(0).path("finish_reason").stringValue())
                .isEqualTo("length");
    }

    @Test
    void takesContentAsArrayOfTextParts() throws Exception {
        JsonNode parts = engine.ask(CHAT, """
                {"messages":[{"role":"user","content":[{"type":"text","text":"Hello "},{"type":"text","text":"you"}]}],
                 "temperature":0,"max_completion_tokens":5}""");
        JsonNode plain = engine.ask(CHAT, """
                {"messages":[{"role":"user","content":"Hello you"}],"temperature":0,"max_tokens":5}""");

        assertThat(parts.path("choices")).isEqualTo(plain.path("choices"));
        assertThat(parts.path("usage")).isEqualTo(plain.path("usage"));
    }

    @Test
    void equalSeedsGiveEqualAnswersAndOthersDiffer() throws Exception {
        assertThat(seeded(5)).isEqualTo(seeded(5));
        assertThat(List.of(seeded(6), seeded(7), seeded(8))).anyMatch(text -> !text.equals(textOf(5)));
    }

    private String textOf(long seed) {
        try {
            return seeded(seed);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private String seeded(long seed) throws Exception {
        return engine.ask(CHAT, """
                        {"messages":[{"role":"user","content":"Hi"}],"temperature":1.0,"ignore_eos":true,
                         "max_tokens":16,"seed":%d}""".formatted(seed))
                .path("choices")
                .get(0)
                .path("message")
                .path("content")
                .stringValue();
    }

    @Test
    void completesAPlainPrompt() throws Exception {
        JsonNode answer = engine.ask("/v1/completions", """
                {"prompt":"the house","temperature":0,"ignore_eos":true,"max_tokens":4,"logit_bias":{"99999":-100}}""");

        assertThat(answer.path("object").stringValue()).isEqualTo("text_completion");
        assertThat(answer.path("id").stringValue()).startsWith("cmpl-");
        assertThat(answer.path("choices")
                        .get(0)
                        .path("text")
                        .stringValue()
                        .strip()
                        .split(" "))
                .hasSize(4);
        assertThat(answer.path("usage").path("prompt_tokens").intValue()).isEqualTo(3);
        assertThat(answer.path("usage").path("completion_tokens").intValue()).isEqualTo(4);
    }

    @Test
    void endsAtTheContextWithReasonLength() throws Exception {
        JsonNode answer = engine.ask("/v1/completions", """
                {"prompt":"the house","ignore_eos":true}""");

        assertThat(answer.path("choices").get(0).path("finish_reason").stringValue())
                .isEqualTo("length");
        assertThat(answer.path("usage").path("total_tokens").intValue()).isEqualTo(512);
    }

    @Test
    void namesItsModel() throws Exception {
        HttpResponse<String> response =
                engine.send(engine.request("/v1/models").GET().build());

        JsonNode list = EngineProcess.JSON.readTree(response.body());
        assertThat(list.path("object").stringValue()).isEqualTo("list");
        assertThat(list.path("data")).hasSize(1);
        assertThat(list.path("data").get(0).path("id").stringValue()).isEqualTo("tiny");
        assertThat(list.path("data").get(0).propertyNames())
                .containsExactlyInAnyOrderElementsOf(Set.of("id", "object", "created", "owned_by"));
    }

    private static List<Integer> numbers(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult match) -> Integer.valueOf(match.group(1)))
                .toList();
    }
}
