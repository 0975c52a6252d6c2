package dev.inferencekey.testkit;

import dev.inferencekey.testkit.ScriptedAnswer.Text;
import dev.inferencekey.testkit.ScriptedAnswer.Tokens;
import dev.inferencekey.testkit.ScriptedAnswer.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** One answer of {@code /v1/responses}: a message, calls of functions, or both, whole or as typed events. Used by one thread. */
final class ResponseRendering {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String ID = "resp_scripted";

    private final Text text;
    private final Tokens tokens;
    private final boolean cutOff;
    private final List<String> events = new ArrayList<>();

    /** @param finishReason {@code length} tells that the answer was cut off */
    ResponseRendering(Text text, Tokens tokens, String finishReason) {
        this.text = text;
        this.tokens = tokens;
        this.cutOff = finishReason.equals("length");
    }

    /** The whole answer. */
    ObjectNode whole() {
        ObjectNode response = response(cutOff ? "incomplete" : "completed");
        if (cutOff) {
            response.putObject("incomplete_details").put("reason", "max_output_tokens");
        }
        ArrayNode output = response.withArray("output");
        if (hasMessage()) {
            output.add(message(true));
        }
        for (int i = 0; i < text.toolCalls().size(); i++) {
            output.add(functionCall(i, true));
        }
        ObjectNode usage = response.putObject("usage")
                .put("input_tokens", tokens.prompt())
                .put("output_tokens", tokens.completion())
                .put("total_tokens", tokens.prompt() + tokens.completion());
        usage.putObject("input_tokens_details").put("cached_tokens", 0);
        usage.putObject("output_tokens_details").put("reasoning_tokens", 0);
        return response;
    }

    /** The events of a stream; each piece of the text is one {@code response.output_text.delta}. */
    List<String> events() {
        event("response.created", event -> event.set("response", response("in_progress")));
        int index = 0;
        if (hasMessage()) {
            streamMessage();
            index++;
        }
        for (int i = 0; i < text.toolCalls().size(); i++) {
            streamFunctionCall(i, index++);
        }
        event(cutOff ? "response.incomplete" : "response.completed", event -> event.set("response", whole()));
        return List.copyOf(events);
    }

    private void streamMessage() {
        event(
                "response.output_item.added",
                event -> event.put("output_index", 0).set("item", message(false)));
        event("response.content_part.added", event -> ofPart(event).set("part", part("")));
        text.pieces()
                .forEach(piece -> event(
                        "response.output_text.delta",
                        event -> ofPart(event).put("delta", piece).putArray("logprobs")));
        event(
                "response.output_text.done",
                event -> ofPart(event).put("text", text.whole()).putArray("logprobs"));
        event("response.content_part.done", event -> ofPart(event).set("part", part(text.whole())));
        event("response.output_item.done", event -> event.put("output_index", 0).set("item", message(true)));
    }

    private void streamFunctionCall(int call, int index) {
        String arguments = text.toolCalls().get(call).arguments();
        event(
                "response.output_item.added",
                event -> event.put("output_index", index).set("item", functionCall(call, false)));
        event(
                "response.function_call_arguments.delta",
                event -> event.put("output_index", index)
                        .put("item_id", callId("fc", call))
                        .put("delta", arguments));
        event(
                "response.function_call_arguments.done",
                event -> event.put("output_index", index)
                        .put("item_id", callId("fc", call))
                        .put("name", text.toolCalls().get(call).name())
                        .put("arguments", arguments));
        event(
                "response.output_item.done",
                event -> event.put("output_index", index).set("item", functionCall(call, true)));
    }

    private void event(String type, Consumer<ObjectNode> data) {
        ObjectNode event = JSON.createObjectNode().put("type", type).put("sequence_number", events.size());
        data.accept(event);
        events.add("event: " + type + "\ndata: " + event + "\n\n");
    }

    private static ObjectNode ofPart(ObjectNode event) {
        return event.put("output_index", 0).put("content_index", 0).put("item_id", "msg_scripted");
    }

    /** A tool call alone has no message. */
    private boolean hasMessage() {
        return !text.pieces().isEmpty();
    }

    private static ObjectNode response(String status) {
        ObjectNode response = JSON.createObjectNode()
                .put("id", ID)
                .put("object", "response")
                .put("created_at", Rendering.CREATED)
                .put("status", status)
                .put("model", Rendering.MODEL)
                .putNull("error")
                .putNull("incomplete_details")
                .putNull("instructions")
                .put("parallel_tool_calls", true)
                .put("temperature", 1.0)
                .put("top_p", 1.0)
                .put("tool_choice", "auto");
        response.putObject("metadata");
        response.putArray("tools");
        response.putArray("output");
        return response;
    }

    private ObjectNode message(boolean done) {
        ObjectNode message = JSON.createObjectNode()
                .put("id", "msg_scripted")
                .put("type", "message")
                .put("role", "assistant")
                .put("status", status(done));
        ArrayNode content = message.putArray("content");
        if (done) {
            content.add(part(text.whole()));
        }
        return message;
    }

    private static ObjectNode part(String text) {
        ObjectNode part = JSON.createObjectNode().put("type", "output_text").put("text", text);
        part.putArray("annotations");
        part.putArray("logprobs");
        return part;
    }

    private ObjectNode functionCall(int index, boolean done) {
        ToolCall call = text.toolCalls().get(index);
        return JSON.createObjectNode()
                .put("id", callId("fc", index))
                .put("type", "function_call")
                .put("status", status(done))
                .put("call_id", callId("call", index))
                .put("name", call.name())
                .put("arguments", done ? call.arguments() : "");
    }

    private String status(boolean done) {
        return !done ? "in_progress" : cutOff ? "incomplete" : "completed";
    }

    private static String callId(String kind, int index) {
        return kind + "_" + (index + 1);
    }
}
