package dev.inferencekey.engine.http;

import dev.inferencekey.engine.llama.FinishReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The shape of {@code /v1/responses}. Used by one thread. */
final class ResponseShape implements AnswerShape {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Head head;
    private final RequestBody request;
    private int sequence;
    private @Nullable Finished answer;

    ResponseShape(Head head, RequestBody request) {
        this.head = head;
        this.request = request;
    }

    @Override
    public ObjectNode whole(List<Finished> answers, Usage usage) {
        return response(answers.getFirst(), usage);
    }

    @Override
    public List<ObjectNode> opening(int index, @Nullable String tool) {
        List<ObjectNode> events = new ArrayList<>();
        events.add(event("response.created").set("response", response(null, null)));
        events.add(event("response.in_progress").set("response", response(null, null)));
        ObjectNode item = item(new Finished(tool, "", FinishReason.STOP), "in_progress");
        if (tool == null) {
            item.putArray("content");
        }
        events.add(event("response.output_item.added").put("output_index", 0).set("item", item));
        if (tool == null) {
            events.add(ofItem("response.content_part.added", null)
                    .put("content_index", 0)
                    .set("part", part("")));
        }
        return events;
    }

    @Override
    public ObjectNode piece(int index, String text, boolean ofCall) {
        if (ofCall) {
            return ofItem("response.function_call_arguments.delta", "").put("delta", text);
        }
        ObjectNode event = ofItem("response.output_text.delta", null)
                .put("content_index", 0)
                .put("delta", text);
        event.putArray("logprobs");
        return event;
    }

    @Override
    public List<ObjectNode> closing(int index, Finished finished) {
        answer = finished;
        List<ObjectNode> events = new ArrayList<>();
        if (finished.tool() == null) {
            ObjectNode done = ofItem("response.output_text.done", null)
                    .put("content_index", 0)
                    .put("text", finished.text());
            done.putArray("logprobs");
            events.add(done);
            events.add(ofItem("response.content_part.done", null)
                    .put("content_index", 0)
                    .set("part", part(finished.text())));
        } else {
            events.add(ofItem("response.function_call_arguments.done", finished.tool())
                    .put("name", finished.tool())
                    .put("arguments", finished.text()));
        }
        events.add(event("response.output_item.done")
                .put("output_index", 0)
                .set("item", item(finished, status(finished))));
        return events;
    }

    @Override
    public List<ObjectNode> end(Usage usage, boolean includeUsage) {
        boolean cut = answer != null && answer.reason() == FinishReason.LENGTH;
        return List.of(
                event(cut ? "response.incomplete" : "response.completed").set("response", response(answer, usage)));
    }

    @Override
    public boolean endsWithDone() {
        return false;
    }

    private ObjectNode event(String type) {
        return NODES.objectNode().put("type", type).put("sequence_number", sequence++);
    }

    private ObjectNode ofItem(String type, @Nullable String tool) {
        return event(type).put("output_index", 0).put("item_id", itemId(tool));
    }

    private String itemId(@Nullable String tool) {
        return (tool == null ? "msg_" : "fc_") + head.id().substring("resp_".length());
    }

    private static String status(Finished finished) {
        return finished.reason() == FinishReason.LENGTH ? "incomplete" : "completed";
    }

    private static ObjectNode part(String text) {
        ObjectNode part = NODES.objectNode().put("type", "output_text").put("text", text);
        part.putArray("annotations");
        part.putArray("logprobs");
        return part;
    }

    private ObjectNode item(Finished finished, String status) {
        ObjectNode item = NODES.objectNode().put("id", itemId(finished.tool())).put("status", status);
        if (finished.tool() == null) {
            item.put("type", "message")
                    .put("role", "assistant")
                    .putArray("content")
                    .add(part(finished.text()));
            return item;
        }
        return item.put("type", "function_call")
                .put("call_id", "call_" + head.id().substring("resp_".length()))
                .put("name", finished.tool())
                .put("arguments", finished.text());
    }

    private ObjectNode response(@Nullable Finished finished, @Nullable Usage usage) {
        boolean cut = finished != null && finished.reason() == FinishReason.LENGTH;
        ObjectNode response = NODES.objectNode()
                .put("id", head.id())
                .put("object", "response")
                .put("created_at", head.created())
                .put("status", finished == null ? "in_progress" : status(finished))
                .put("model", head.model())
                .putNull("error")
                .put("parallel_tool_calls", true);
        if (cut) {
            response.putObject("incomplete_details").put("reason", "max_output_tokens");
        } else {
            response.putNull("incomplete_details");
        }
        ObjectNode text = JsonMapper.shared().createObjectNode();
        text.putObject("format").put("type", "text");
        Map<String, JsonNode> usual = Map.of(
                "instructions", NODES.nullNode(),
                "max_output_tokens", NODES.nullNode(),
                "metadata", NODES.objectNode(),
                "tools", NODES.arrayNode(),
                "tool_choice", NODES.stringNode("auto"),
                "temperature", NODES.nullNode(),
                "top_p", NODES.nullNode(),
                "text", text);
        usual.forEach((name, otherwise) -> {
            JsonNode asked = request.get(name);
            response.set(name, asked == null ? otherwise : asked);
        });
        ArrayNode output = response.putArray("output");
        if (finished != null && usage != null) {
            output.add(item(finished, status(finished)));
            usage.writeResponseTo(response);
        }
        return response;
    }
}
