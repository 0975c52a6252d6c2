package dev.inferencekey.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A model that babbles writes JSON that fits all the same, calls functions, and answers more than once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
final class StructureTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String HELLO = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]";
    private static final String SCHEMA = """
        {"type":"object","additionalProperties":false,"required":["na\\"me","mood","age","tags","next"],"properties":{
          "na\\"me":{"type":"string","maxLength":20},"mood":{"enum":["calm","\u20ACngry"]},
          "age":{"type":"integer","minimum":18,"maximum":20},"nick":{"type":["string","null"],"maxLength":5},
          "tags":{"type":"array","items":{"type":"boolean"},"minItems":2,"maxItems":3},
          "next":{"anyOf":[{"$ref":"#/$defs/leaf"},{"type":"null"}]}},
         "$defs":{"leaf":{"type":"object","properties":{"day":{"type":"string","format":"date"}},"required":["day"]}}}""";
    private static final String TOOLS =
            "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look_up\",\"description\":\"Looks.\",\"parameters\":"
                    + SCHEMA + "}}]";

    private EngineProcess engine;

    @BeforeAll
    void start(@TempDir Path folder) {
        engine = EngineProcess.startTiny(folder, "-c", "8192", "-np", "2", "--jinja", "--alias", "bot");
    }

    @AfterAll
    void stop() {
        engine.close();
    }

    private static void assertFits(String json) {
        JsonNode value = EngineProcess.JSON.readTree(json);
        assertThat(value.path("na\"me").stringValue().length()).isLessThanOrEqualTo(20);
        assertThat(value.path("mood").stringValue()).isIn("calm", "\u20ACngry");
        assertThat(value.path("age").intValue()).isBetween(18, 20);
        assertThat(value.path("tags").size()).isBetween(2, 3);
        JsonNode next = value.path("next");
        assertThat(next.isNull() || next.path("day").stringValue().matches("\\d{4}-\\d\\d-\\d\\d"))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void writesAnObjectThatFitsTheSchema(int seed) throws Exception {
        JsonNode answer = engine.ask(
                CHAT,
                "{" + HELLO + ",\"seed\":" + seed
                        + ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":"
                        + SCHEMA + "}}}");

        assertThat(answer.at("/choices/0/finish_reason").stringValue()).isEqualTo("stop");
        assertFits(answer.at("/choices/0/message/content").stringValue());
    }

    @Test
    void writesAnyObjectWhereNoSchemaIsGiven() throws Exception {
        JsonNode answer =
                engine.ask(CHAT, "{" + HELLO + ",\"max_tokens\":60,\"response_format\":{\"type\":\"json_object\"}}");

        assertThat(answer.at("/choices/0/message/content").stringValue()).startsWith("{");
    }

    @Test
    void callsTheFunctionThatItMustWholeAndStreamed() throws Exception {
        String body = "{" + HELLO + "," + TOOLS + ",\"tool_choice\":\"required\",\"seed\":3}";

        JsonNode choice = engine.ask(CHAT, body).at("/choices/0");
        List<JsonNode> chunks = events(engine.post(CHAT, body.replace("{\"mess", "{\"stream\":true,\"mess")));

        assertThat(choice.path("finish_reason").stringValue()).isEqualTo("tool_calls");
        assertThat(choice.at("/message/content").isNull()).isTrue();
        assertThat(choice.at("/message/tool_calls/0/function/name").stringValue())
                .isEqualTo("look_up");
        String arguments = choice.at("/message/tool_calls/0/function/arguments").stringValue();
        assertFits(arguments);
        assertThat(chunks.getFirst()
                        .at("/choices/0/delta/tool_calls/0/function/name")
                        .stringValue())
                .isEqualTo("look_up");
        assertThat(chunks.stream()
                        .map(chunk -> chunk.at("/choices/0/delta/tool_calls/0/function/arguments")
                                .asString(""))
                        .collect(Collectors.joining()))
                .isEqualTo(arguments);
        assertThat(chunks.getLast().at("/choices/0/finish_reason").stringValue())
                .isEqualTo("tool_calls");
    }

    @Test
    void answersInWordsWhereItMayAndGoesOnAfterAResult() throws Exception {
        JsonNode answer = engine.ask(CHAT, """
                {"messages":[{"role":"user","content":"Hello"},
                  {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function",
                    "function":{"name":"look_up","arguments":"{}"}}]},
                  {"role":"tool","tool_call_id":"c","content":"nothing"}],"max_tokens":8,%s}""".formatted(TOOLS));

        assertThat(answer.at("/choices/0/message/content").asString("")).isNotBlank();
    }

    @Test
    void cutsACallAtTheLimitAndSaysSo() throws Exception {
        JsonNode choice = engine.ask(
                        CHAT, "{" + HELLO + "," + TOOLS + ",\"tool_choice\":\"required\",\"max_tokens\":45}")
                .at("/choices/0");

        assertThat(choice.path("finish_reason").stringValue()).isEqualTo("length");
        assertThat(choice.at("/message/tool_calls/0/function/arguments").stringValue())
                .startsWith("{\"na");
    }

    @Test
    void answersAsOftenAsAskedFor() throws Exception {
        JsonNode answer = engine.ask(
                CHAT, "{" + HELLO + ",\"n\":3,\"temperature\":1,\"seed\":4,\"ignore_eos\":true,\"max_tokens\":9}");

        assertThat(IntStream.range(0, 3)
                        .mapToObj(i ->
                                answer.at("/choices/" + i + "/message/content").stringValue()))
                .doesNotHaveDuplicates();
        assertThat(answer.at("/usage/completion_tokens").intValue()).isEqualTo(27);
    }

    @Test
    void completesEachPromptOfAListWholeAndStreamed() throws Exception {
        String body = "{\"prompt\":[\"the house\",\"a hand\"],\"temperature\":0,\"ignore_eos\":true,\"max_tokens\":3}";

        JsonNode answer = engine.ask("/v1/completions", body);
        List<JsonNode> chunks =
                events(engine.post("/v1/completions", body.replace("{\"prompt\"", "{\"stream\":true,\"prompt\"")));

        assertThat(answer.path("choices").size()).isEqualTo(2);
        assertThat(answer.at("/usage/prompt_tokens").intValue()).isEqualTo(6);
        for (int i = 0; i < 2; i++) {
            int index = i;
            assertThat(chunks.stream()
                            .filter(chunk -> chunk.at("/choices/0/index").intValue() == index)
                            .map(chunk -> chunk.at("/choices/0/text").stringValue())
                            .collect(Collectors.joining()))
                    .isEqualTo(answer.at("/choices/" + i + "/text").stringValue());
        }
    }

    @Test
    void respondsWholeAndStreamed() throws Exception {
        String body = """
            {"input":[{"role":"user","content":[{"type":"input_text","text":"Hi"}]}],"instructions":"be brief","temperature":0,
             "max_output_tokens":6,"ignore_eos":true}""";

        JsonNode whole = engine.ask("/v1/responses", body);
        List<JsonNode> events =
                events(engine.post("/v1/responses", body.replace("{\"input\":", "{\"stream\":true,\"input\":")));

        assertThat(whole.path("object").stringValue()).isEqualTo("response");
        assertThat(whole.path("model").stringValue()).isEqualTo("bot");
        assertThat(whole.path("status").stringValue()).isEqualTo("incomplete");
        assertThat(whole.at("/usage/output_tokens").intValue()).isEqualTo(6);
        String text = whole.at("/output/0/content/0/text").stringValue();
        assertThat(text).isNotBlank();
        assertThat(events.stream().map(event -> event.path("type").stringValue()))
                .startsWith(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta")
                .endsWith(
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.incomplete");
        assertThat(IntStream.range(0, events.size()))
                .allMatch(i -> events.get(i).path("sequence_number").intValue() == i);
        assertThat(events.getLast().at("/response/output/0/content/0/text").stringValue())
                .isEqualTo(text);
    }

    @Test
    void aResponseCallsAFunctionAndHasAFormat() throws Exception {
        JsonNode call = engine.ask(
                        "/v1/responses",
                        "{\"input\":\"Hi\",\"tool_choice\":\"required\",\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"parameters\":"
                                + SCHEMA + "}]}")
                .at("/output/0");
        JsonNode formed = engine.ask(
                "/v1/responses",
                "{\"input\":\"Hi\",\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"x\",\"schema\":" + SCHEMA
                        + "}}}");

        assertThat(call.path("type").stringValue()).isEqualTo("function_call");
        assertFits(call.path("arguments").stringValue());
        assertFits(formed.at("/output/0/content/0/text").stringValue());
    }

    private static List<JsonNode> events(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body()
                .lines()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> EngineProcess.JSON.readTree(line.substring(6)))
                .toList();
    }
}
