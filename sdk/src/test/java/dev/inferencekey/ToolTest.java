package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.inferencekey.internal.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class ToolTest {
    record FindOrder(@Description("such as A-17") String number) {}

    record Order(String number, int items, Optional<String> note) {}

    private static final TextParams QUESTION = TextParams.ofPrompt("Where is A-17?");

    private final FakeServer server = new FakeServer();
    private final DataClient data = Clients.data(server).build();
    private final Endpoint bot = data.endpoint("bot");

    @AfterEach
    void stop() {
        data.close();
        server.close();
    }

    private static String json(String text) {
        return text.replace('\'', '"').replaceAll("\\n *", "");
    }

    private void calls(String... toolCalls) {
        server.nextJson(
                200,
                json(
                                "{'choices':[{'finish_reason':'tool_calls','message':{'role':'assistant','content':null,'tool_calls':[")
                        + String.join(",", toolCalls)
                        + json("]}}],'usage':{'prompt_tokens':10,'completion_tokens':5}}"));
    }

    private static String call(String id, String name, String arguments) {
        return json("{'id':'" + id + "','type':'function','function':{'name':'" + name + "','arguments':")
                + Json.text(json(arguments)) + "}}";
    }

    private void says(String text) {
        server.nextJson(
                200,
                json("{'choices':[{'finish_reason':'stop','message':{'role':'assistant','content':'" + text
                        + "'}}],'usage':{'prompt_tokens':20,'completion_tokens':2}}"));
    }

    private String lastBody() {
        return server.requests().get(server.requests().size() - 1).body();
    }

    @Test
    void offersToolsAndReadsWhatIsCalled() {
        server.nextJson(200, Golden.text("data/chat-tool-calls.response.json"));

        TextResult result = bot.generateText(TextParams.builder()
                .prompt("Where?")
                .tools(
                        Tool.of("find_order", "Finds an order.", FindOrder.class),
                        Tool.of("now", "The time."),
                        Tool.of("any", "", JsonSchema.of(Map.of("type", "object")))
                                .withStrict(true))
                .toolChoice(ToolChoice.tool("find_order"))
                .parallelToolCalls(false)
                .build());

        assertThat(lastBody()).isEqualTo(json("""
                {'model':'bot','messages':[{'role':'user','content':'Where?'}],'tools':[
                {'type':'function','function':{'name':'find_order','description':'Finds an order.','parameters':
                {'type':'object','properties':{'number':{'type':'string','description':'such as A-17'}},
                'required':['number'],'additionalProperties':false},'strict':true}},
                {'type':'function','function':{'name':'now','description':'The time.'}},
                {'type':'function','function':{'name':'any','parameters':{'type':'object'},'strict':true}}],
                'tool_choice':{'type':'function','function':{'name':'find_order'}},
                'parallel_tool_calls':false}"""));
        ToolCall call = result.toolCalls().get(0);
        assertThat(result.toolCalls())
                .containsExactly(ToolCall.of("call_1", "find_order", "{\"order\":\"A-1\"}"))
                .hasToString("[ToolCall[call_1, find_order]]");
        assertThat(call.argumentsMap()).isEqualTo(Map.of("order", "A-1"));
        assertThatExceptionOfType(ObjectMismatchException.class)
                .isThrownBy(() -> call.arguments(FindOrder.class))
                .withMessage("object mismatch [wrong_shape]: the arguments of find_order can't be read into FindOrder:"
                        + " number is missing");
    }

    @Test
    void goesOnWithTheConversation() {
        calls(call("a", "find_order", "{'number':'A-17'}"), call("b", "now", ""));
        TextResult asked = bot.generateText(QUESTION);
        says("Here.");

        bot.generateText(TextParams.builder()
                .messages(
                        ChatMessage.user("Where is A-17?"),
                        asked.message(),
                        ChatMessage.toolResult(asked.toolCalls().get(0), "on its way"),
                        ChatMessage.toolResult("b", "noon"))
                .build());

        assertThat(lastBody()).isEqualTo(json("""
                {'model':'bot','messages':[{'role':'user','content':'Where is A-17?'},
                {'role':'assistant','content':null,'tool_calls':[
                {'id':'a','type':'function','function':{'name':'find_order','arguments':'{\\'number\\':\\'A-17\\'}'}},
                {'id':'b','type':'function','function':{'name':'now','arguments':'{}'}}]},
                {'role':'tool','content':'on its way','tool_call_id':'a'},
                {'role':'tool','content':'noon','tool_call_id':'b'}]}"""));
        assertThat(asked.message()).hasToString("ChatMessage[assistant, no content, [tool_calls]]");
    }

    /** Pieces as OpenAI sends them, and as servers do that give every call the index 0, or no index, or no id, or an object. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{'index':0,'id':'a','function':{'name':'f','arguments':''}}]/[{'index':0,'function':{'arguments':'{\\'x\\''}}]"
                        + "/[{'index':0,'function':{'arguments':':1}'}}]/[{'index':1,'id':'b','function':{'name':'g','arguments':'{}'}}]",
                "[{'index':0,'id':'a','function':{'name':'f'}},{'index':1,'id':'b','function':{'name':'g'}}]"
                        + "/[{'index':1,'function':{'arguments':'{}'}},{'index':0,'function':{'arguments':'{\\'x\\':1}'}}]",
                "[{'index':0,'id':'a','function':{'name':'f','arguments':'{\\'x\\':1}'}}]"
                        + "/[{'index':0,'id':'b','function':{'name':'g','arguments':'{}'}}]",
                "[{'id':'a','function':{'name':'f','arguments':'{\\'x\\''}}]/[{'function':{'arguments':':1}'}}]"
                        + "/[{'id':'b','function':{'name':'g','arguments':''}}]",
                "[{'id':'a','function':{'name':'f','arguments':'{\\'x\\''}}]/[{'id':'a','function':{'name':'f','arguments':':1}'}}]"
                        + "/[{'id':'b','function':{'name':'g'}}]",
                "[{'index':0,'id':'a','function':{'name':'f','arguments':{'x':1}}},{'index':1,'id':'b','function':{'name':'g'}}]"
            })
    void putsCallsTogetherFromTheirPieces(String pieces) {
        server.next((request, answer) -> {
            answer.events();
            for (String piece : pieces.split("/")) {
                answer.event(json("{'choices':[{'delta':{'tool_calls':" + piece + "}}]}"));
            }
            answer.event(json("{'choices':[{'delta':{},'finish_reason':'tool_calls'}]}"));
            answer.event("[DONE]").end();
        });

        List<TextChunk> chunks = new ArrayList<>();
        try (TextStream stream = bot.generateTextStream(QUESTION)) {
            stream.forEach(chunks::add);
        }

        TextChunk last = chunks.remove(chunks.size() - 1);
        assertThat(chunks).allMatch(chunk -> chunk.toolCalls().isEmpty());
        assertThat(last.toolCalls()).containsExactly(ToolCall.of("a", "f", "{\"x\":1}"), ToolCall.of("b", "g", ""));
        assertThat(last)
                .hasToString("TextChunk[\"\", toolCalls=[ToolCall[a, f], ToolCall[b, g]], finishReason=tool_calls]");
    }

    @Test
    void givesCallsAnIdIfTheServerDoesNot() {
        calls("{\"function\":{\"name\":\"f\"}}");

        assertThat(bot.generateText(QUESTION).toolCalls()).containsExactly(ToolCall.of("call_0", "f", ""));
    }

    @Test
    void takesNoStreamThatEndsInsideACall() {
        server.next((request, answer) -> answer.events()
                .event(json("{'choices':[{'delta':{'tool_calls':[{'index':0,'id':'a','function':{'name':'f'}}]}}]}"))
                .event("[DONE]")
                .end());

        try (TextStream stream = bot.generateTextStream(QUESTION)) {
            assertThatExceptionOfType(ApiException.class)
                    .isThrownBy(() -> stream.forEach(chunk -> {}))
                    .withMessageContaining("the stream ends inside a tool call");
        }
    }

    @Test
    void tellsWhatAModelThinks() {
        server.nextJson(200, json("{'choices':[{'message':{'content':'4','reasoning_content':'2 and 2'}}]}"));
        assertThat(bot.generateText(QUESTION).reasoning()).isEqualTo("2 and 2");
        server.next((request, answer) -> answer.events()
                .event(json("{'choices':[{'delta':{'reasoning':'hm'}}]}"))
                .event("[DONE]")
                .end());
        try (TextStream stream = bot.generateTextStream(QUESTION)) {
            assertThat(stream.next().reasoning()).isEqualTo("hm");
        }
    }

    @Test
    void callsToolsUntilTheModelAnswersInWords() {
        calls(call("a", "find_order", "{'number':'A-17'}"), call("b", "find_order", "{'number':'A-18'}"));
        says("Both are on their way.");
        Toolbox toolbox = Toolbox.builder()
                .tool(
                        "find_order",
                        "Finds an order.",
                        FindOrder.class,
                        find -> new Order(find.number(), 2, Optional.empty()))
                .build();

        ToolRun run = bot.runTools(
                TextParams.builder()
                        .prompt("Where are they?")
                        .toolChoice(ToolChoice.required())
                        .build(),
                toolbox);

        assertThat(run.answer().text()).isEqualTo("Both are on their way.");
        assertThat(run.rounds()).isEqualTo(2);
        assertThat(run.usage()).isEqualTo(new Usage(30, 7, 37));
        assertThat(run.messages())
                .extracting(ChatMessage::role)
                .containsExactly("user", "assistant", "tool", "tool", "assistant");
        assertThat(run.messages().get(2).content()).isEqualTo("{\"number\":\"A-17\",\"items\":2,\"note\":null}");
        assertThat(server.requests().get(0).body()).contains("\"tool_choice\":\"required\"");
        assertThat(lastBody())
                .contains(
                        "\"tool_choice\":\"auto\"", "\"tool_call_id\":\"a\"", "\"tool_call_id\":\"b\"", "\"tools\":[");
    }

    @Test
    void tellsTheModelOfItsMistakes() {
        calls(call("a", "lose_order", "{}"), call("b", "find_order", "{'no':1}"), call("c", "now", "{"));
        says("Sorry.");
        Toolbox toolbox = Toolbox.builder()
                .tool("find_order", "Finds an order.", FindOrder.class, find -> "never")
                .tool("now", "The time.", () -> "noon")
                .build();

        ToolRun run = bot.runTools(QUESTION, toolbox);

        assertThat(run.messages())
                .filteredOn(message -> message.role().equals("tool"))
                .extracting(ChatMessage::content)
                .containsExactly(
                        "error: there is no tool of this name; the tools are find_order, now",
                        "error: object mismatch [wrong_shape]: the arguments of find_order can't be read into FindOrder:"
                                + " number is missing",
                        "noon");
    }

    @Test
    void throwsWhatAToolThrows() {
        calls(call("a", "now", "{}"));
        IllegalStateException broken = new IllegalStateException("the clock is broken");
        Toolbox toolbox = Toolbox.builder()
                .tool("now", "The time.", () -> {
                    throw broken;
                })
                .build();

        assertThat(bot.runToolsAsync(QUESTION, toolbox))
                .failsWithin(Clients.LIMIT)
                .withThrowableThat()
                .withCause(broken);
    }

    @Test
    void endsARunThatWouldNotEnd() {
        server.always((request, answer) ->
                answer.json(200, json("{'choices':[{'message':{'tool_calls':[") + call("a", "now", "{}") + "]}}]}"));
        Toolbox toolbox = Toolbox.builder()
                .tool(Tool.of("now", "The time."), call -> List.of(call.id(), 12))
                .maxRounds(3)
                .build();

        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> bot.runTools(QUESTION, toolbox))
                .withMessage(
                        "api error [tool_rounds]: the model still calls tools after 3 rounds, the most that maxRounds allows");
        assertThat(server.requests()).hasSize(3);
        assertThat(lastBody()).contains("[\\\"a\\\",12]");
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> Tool.of("find order", ""))
                .withMessageContaining("a tool's name must be 1 to 64 letters");
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> TextParams.builder().tools(Tool.of("a", ""), Tool.of("a", "")));
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> Toolbox.builder().build());
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> Toolbox.builder().tool("a", "", () -> 1).tool("a", "", () -> 2));
        Toolbox toolbox = Toolbox.builder().tool("a", "", () -> 1).build();
        assertThat(toolbox).hasToString("Toolbox[a]");
        TextParams own =
                TextParams.builder().prompt("x").tools(Tool.of("b", "")).build();
        assertThatExceptionOfType(ValidationException.class).isThrownBy(() -> bot.runTools(own, toolbox));
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> ResponseFormat.jsonSchema("", JsonSchema.of(Map.of())));
    }
}
