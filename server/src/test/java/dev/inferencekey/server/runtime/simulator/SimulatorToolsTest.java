package dev.inferencekey.server.runtime.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.ports.access.ReplicaTarget;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Tools are called with arguments that fit, and answers have the form that was asked for; whole and streamed. */
@Tag("slow")
final class SimulatorToolsTest extends SimulatorFixture {
    private static final String SCHEMA = """
        {"type":"object","properties":{"city":{"type":"string","minLength":1},"days":{"type":"integer","minimum":3,"maximum":3}},
         "required":["city","days"],"additionalProperties":false}""";
    private static final String TOOLS = """
        [{"type":"function","function":{"name":"weather","parameters":%s}},{"type":"function","function":{"name":"clock"}}]""".formatted(SCHEMA);
    private static final String USER = "{\"role\":\"user\",\"content\":\"Rain in Oslo?\"}";
    private static final String CALLED = USER
            + ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":"
            + "{\"name\":\"weather\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"dry\"}";

    private JsonNode ask(String route, String body) throws Exception {
        HttpResponse<String> response = post(ready(FAST), route, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private JsonNode chat(String messages, String more) throws Exception {
        return ask("v1/chat/completions", "{\"messages\":[" + messages + "]" + more + "}")
                .path("choices")
                .path(0);
    }

    private static void assertFits(String json) {
        JsonNode value = JSON.readTree(json);
        assertThat(value.propertyNames()).containsExactly("city", "days");
        assertThat(value.path("city").asString()).isNotEmpty();
        assertThat(value.path("days").asInt()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"auto\" | weather",
                "\"required\" | weather",
                "{\"type\":\"function\",\"function\":{\"name\":\"clock\"}} | clock",
                "{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"required\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"clock\"}}]}} | clock",
                "\"none\" | ``"
            })
    void callsTheToolThatTheChoiceSays(String choice, String tool) throws Exception {
        JsonNode answer = chat(USER, ",\"tools\":" + TOOLS + ",\"tool_choice\":" + choice);

        JsonNode call = answer.path("message").path("tool_calls").path(0);
        assertThat(call.path("function").path("name").asString("")).isEqualTo(tool);
        assertThat(answer.path("finish_reason").asString()).isEqualTo(tool.isEmpty() ? "stop" : "tool_calls");
        assertThat(answer.path("message").path("content").isNull()).isEqualTo(!tool.isEmpty());
        if (tool.equals("weather")) {
            assertThat(call.path("type").asString()).isEqualTo("function");
            assertThat(call.path("id").asString()).isNotEmpty();
            assertFits(call.path("function").path("arguments").asString());
        } else if (tool.equals("clock")) {
            assertThat(call.path("function").path("arguments").asString()).isEqualTo("{}");
        }
    }

    @Test
    void callsTheToolThatTheMessageNames() throws Exception {
        JsonNode answer = chat(USER.replace("Rain in Oslo?", "Use clock."), ",\"tools\":" + TOOLS);

        assertThat(answer.at("/message/tool_calls/0/function/name").asString()).isEqualTo("clock");
    }

    /** Else a program that runs tools until the model answers would never end. */
    @Test
    void answersInWordsOnceTheResultIsThere() throws Exception {
        JsonNode answer = chat(CALLED, ",\"tools\":" + TOOLS);

        assertThat(answer.path("finish_reason").asString()).isEqualTo("stop");
        assertThat(answer.path("message").path("content").asString()).startsWith("This is a simulated answer.");
    }

    @Test
    void whereACallIsRequiredGoesOnToTheToolThatWasNotCalledYet() throws Exception {
        JsonNode answer = chat(CALLED, ",\"tool_choice\":\"required\",\"tools\":" + TOOLS);

        assertThat(answer.at("/message/tool_calls/0/function/name").asString()).isEqualTo("clock");
    }

    @Test
    void streamsACallInPieces() throws Exception {
        ReplicaTarget target = ready(FAST);
        String body = "{\"stream\":true,\"messages\":[" + USER + "],\"tools\":" + TOOLS + "}";

        List<JsonNode> choices = events(
                        post(target, "v1/chat/completions", body).body())
                .stream()
                .filter(event -> !event.equals("[DONE]"))
                .map(event -> JSON.readTree(event).path("choices").path(0))
                .toList();

        JsonNode first = choices.getFirst().path("delta").path("tool_calls").path(0);
        assertThat(first.at("/function/name").asString()).isEqualTo("weather");
        assertThat(first.path("id").asString()).isNotEmpty();
        StringBuilder arguments = new StringBuilder();
        choices.forEach(choice -> arguments.append(
                choice.at("/delta/tool_calls/0/function/arguments").asString("")));
        assertFits(arguments.toString());
        assertThat(choices.size()).isGreaterThan(5);
        assertThat(choices.getLast().path("finish_reason").asString()).isEqualTo("tool_calls");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "v1/chat/completions | \"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"w\",\"strict\":true,\"schema\":S}} | /choices/0/message/content",
                "v1/chat/completions | \"response_format\":{\"type\":\"json_object\",\"schema\":S} | /choices/0/message/content",
                "v1/responses | \"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"w\",\"schema\":S}} | /output/0/content/0/text"
            })
    void answersWithAnObjectThatFitsTheSchema(String route, String format, String where) throws Exception {
        String body = "{\"messages\":[" + USER + "],\"input\":\"x\"," + format.replace("S", SCHEMA) + "}";

        assertFits(ask(route, body).at(where).asString());
    }

    @Test
    void answersWithAnObjectWhereAnyWillDo() throws Exception {
        JsonNode answer = chat(USER, ",\"response_format\":{\"type\":\"json_object\"}");

        assertThat(JSON.readTree(answer.at("/message/content").asString()).isObject())
                .isTrue();
    }

    @Test
    void anObjectThatIsTooLongForTheLimitIsCutOffAndSaysSo() throws Exception {
        JsonNode answer = chat(
                USER,
                ",\"max_tokens\":3,\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":" + SCHEMA
                        + "}}");

        assertThat(answer.path("finish_reason").asString()).isEqualTo("length");
        assertThat(answer.at("/message/content").asString()).isEqualTo("{\"city");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"response_format\":{\"type\":\"grammar\"} | response_format.type",
                "\"response_format\":{\"type\":\"json_schema\"} | response_format",
                "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"pattern\":\"a\"}}} | response_format.json_schema.schema",
                "\"tools\":[{\"type\":\"custom\"}] | tools[0].type",
                "\"tools\":[{\"type\":\"function\",\"function\":{}}] | tools[0]",
                "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"not\":{}}}}] | tools[0].function.parameters",
                "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}} | tool_choice",
                "\"tool_choice\":\"maybe\" | tool_choice"
            })
    void refusesByNameWhatItCannotMake(String more, String param) throws Exception {
        HttpResponse<String> response =
                post(ready(FAST), "v1/chat/completions", "{\"messages\":[" + USER + "]," + more + "}");

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(JSON.readTree(response.body()).at("/error/param").asString()).isEqualTo(param);
    }

    @Test
    void aResponseCallsAToolWholeAndStreamed() throws Exception {
        String body =
                "{\"input\":[{\"role\":\"user\",\"content\":\"x\"}],\"tools\":[{\"type\":\"function\",\"name\":\"weather\",\"parameters\":"
                        + SCHEMA + "}]}";
        ReplicaTarget target = ready(FAST);

        JsonNode item = ask("v1/responses", body).at("/output/0");
        List<JsonNode> events =
                events(post(target, "v1/responses", body.replace("{\"input\"", "{\"stream\":true,\"input\""))
                                .body())
                        .stream()
                        .map(JSON::readTree)
                        .toList();

        assertThat(item.path("type").asString()).isEqualTo("function_call");
        assertThat(item.path("status").asString()).isEqualTo("completed");
        assertFits(item.path("arguments").asString());
        StringBuilder arguments = new StringBuilder();
        events.stream()
                .filter(event -> event.path("type").asString().equals("response.function_call_arguments.delta"))
                .forEach(event -> arguments.append(event.path("delta").asString()));
        assertThat(arguments.toString()).isEqualTo(item.path("arguments").asString());
        assertThat(events.getLast().at("/response/output/0/call_id").asString()).isNotEmpty();
    }

    @Test
    void aResponseAnswersInWordsOnceTheResultIsThere() throws Exception {
        JsonNode answer = ask("v1/responses", """
            {"input":[{"role":"user","content":"x"},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
              {"type":"function_call_output","call_id":"c","output":"dry"}],
             "tools":[{"type":"function","name":"f"}]}""");

        assertThat(answer.at("/output/0/type").asString()).isEqualTo("message");
    }
}
