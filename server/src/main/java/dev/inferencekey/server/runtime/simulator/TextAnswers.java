package dev.inferencekey.server.runtime.simulator;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers {@code v1/chat/completions}, {@code v1/completions} and {@code v1/responses}, whole and streamed. Thread-safe. */
final class TextAnswers {
    private static final int MAX_TOKENS = 100_000;

    private final String model;
    private final InstantSource clock;
    private final AtomicLong count = new AtomicLong();

    TextAnswers(String model, InstantSource clock) {
        this.model = model;
        this.clock = clock;
    }

    void chat(Call call) throws IOException, InterruptedException {
        ObjectNode request = call.jsonBody();
        JsonNode messages = request.path("messages");
        if (!messages.isArray() || messages.isEmpty()) {
            throw RequestRefusedException.invalid("messages must be a list of at least one message");
        }
        SimulatedText text =
                call.generation().textFor(textOf(messages), limit(request, "max_completion_tokens", "max_tokens"));
        if (request.path("stream").asBoolean(false)) {
            streamChat(call, request, text);
            return;
        }
        call.generation().produce(text, token -> {});
        ObjectNode answer = completion("chatcmpl", "chat.completion");
        ObjectNode choice = answer.putArray("choices").addObject().put("index", 0);
        choice.putObject("message")
                .put("role", "assistant")
                .put("content", text.text())
                .putNull("refusal");
        choice.putNull("logprobs").put("finish_reason", finishReason(text));
        putUsage(answer, text);
        call.answer(200, answer);
    }

    private void streamChat(Call call, ObjectNode request, SimulatedText text)
            throws IOException, InterruptedException {
        boolean includeUsage = includeUsage(request);
        ObjectNode head = completion("chatcmpl", "chat.completion.chunk");
        Call.EventStream stream = call.startStream();
        boolean[] begun = {false};
        call.generation().produce(text, token -> {
            if (!begun[0]) {
                begun[0] = true;
                ObjectNode role = head.deepCopy();
                ObjectNode delta = putChoice(role, null, includeUsage).putObject("delta");
                delta.put("role", "assistant").put("content", "");
                stream.send(null, role);
            }
            ObjectNode chunk = head.deepCopy();
            putChoice(chunk, null, includeUsage).putObject("delta").put("content", token);
            stream.send(null, chunk);
        });
        ObjectNode last = head.deepCopy();
        putChoice(last, finishReason(text), includeUsage).putObject("delta");
        stream.send(null, last);
        endStream(stream, head, includeUsage, text);
    }

    void completions(Call call) throws IOException, InterruptedException {
        ObjectNode request = call.jsonBody();
        if (!request.has("prompt")) {
            throw RequestRefusedException.invalid("prompt is missing");
        }
        SimulatedText text = call.generation().textFor(textOf(request.path("prompt")), limit(request, "max_tokens"));
        ObjectNode answer = completion("cmpl", "text_completion");
        if (request.path("stream").asBoolean(false)) {
            boolean includeUsage = includeUsage(request);
            Call.EventStream stream = call.startStream();
            call.generation().produce(text, token -> {
                ObjectNode chunk = answer.deepCopy();
                putChoice(chunk, null, includeUsage).put("text", token);
                stream.send(null, chunk);
            });
            ObjectNode last = answer.deepCopy();
            putChoice(last, finishReason(text), includeUsage).put("text", "");
            stream.send(null, last);
            endStream(stream, answer, includeUsage, text);
            return;
        }
        call.generation().produce(text, token -> {});
        putChoice(answer, finishReason(text), false).put("text", text.text());
        putUsage(answer, text);
        call.answer(200, answer);
    }

    private void endStream(Call.EventStream stream, ObjectNode head, boolean includeUsage, SimulatedText text)
            throws IOException {
        if (includeUsage) {
            ObjectNode usage = head.deepCopy();
            usage.putArray("choices");
            putUsage(usage, text);
            stream.send(null, usage);
        }
        stream.send(null, "[DONE]");
        stream.end();
    }

    void responses(Call call) throws IOException, InterruptedException {
        ObjectNode request = call.jsonBody();
        if (!request.has("input")) {
            throw RequestRefusedException.invalid("input is missing");
        }
        String prompt = request.path("instructions").asString("") + "\n" + textOf(request.path("input"));
        SimulatedText text = call.generation().textFor(prompt, limit(request, "max_output_tokens"));
        String id = nextId("resp");
        if (request.path("stream").asBoolean(false)) {
            streamResponse(call, id, text);
            return;
        }
        call.generation().produce(text, token -> {});
        call.answer(200, response(id, text, true));
    }

    private void streamResponse(Call call, String id, SimulatedText text) throws IOException, InterruptedException {
        ResponseEvents events = new ResponseEvents(call.startStream());
        ObjectNode begun = response(id, text, false);
        events.send("response.created", Call.JSON.createObjectNode().set("response", begun));
        events.send("response.in_progress", Call.JSON.createObjectNode().set("response", begun));
        events.send(
                "response.output_item.added",
                Call.JSON.createObjectNode().put("output_index", 0).set("item", message(id, null)));
        events.send("response.content_part.added", inPart(id).set("part", part("")));
        call.generation()
                .produce(
                        text,
                        token -> events.send(
                                "response.output_text.delta", inPart(id).put("delta", token)));
        events.send("response.output_text.done", inPart(id).put("text", text.text()));
        events.send("response.content_part.done", inPart(id).set("part", part(text.text())));
        events.send(
                "response.output_item.done",
                Call.JSON.createObjectNode().put("output_index", 0).set("item", message(id, text.text())));
        String last = text.cutOff() ? "response.incomplete" : "response.completed";
        events.send(last, Call.JSON.createObjectNode().set("response", response(id, text, true)));
        events.stream.end();
    }

    private static final class ResponseEvents {
        private final Call.EventStream stream;
        private int sequence;

        ResponseEvents(Call.EventStream stream) {
            this.stream = stream;
        }

        void send(String type, ObjectNode data) throws IOException {
            data.put("type", type).put("sequence_number", sequence++);
            stream.send(type, data);
        }
    }

    private static ObjectNode inPart(String responseId) {
        return Call.JSON
                .createObjectNode()
                .put("item_id", messageId(responseId))
                .put("output_index", 0)
                .put("content_index", 0);
    }

    private static ObjectNode part(String text) {
        ObjectNode part =
                Call.JSON.createObjectNode().put("type", "output_text").put("text", text);
        part.putArray("annotations");
        return part;
    }

    private static String messageId(String responseId) {
        return "msg" + responseId.substring("resp".length());
    }

    private static ObjectNode message(String responseId, @Nullable String text) {
        ObjectNode message = Call.JSON
                .createObjectNode()
                .put("id", messageId(responseId))
                .put("type", "message")
                .put("role", "assistant")
                .put("status", text == null ? "in_progress" : "completed");
        var content = message.putArray("content");
        if (text != null) {
            content.add(part(text));
        }
        return message;
    }

    private ObjectNode response(String id, SimulatedText text, boolean whole) {
        ObjectNode response = Call.JSON
                .createObjectNode()
                .put("id", id)
                .put("object", "response")
                .put("created_at", clock.instant().getEpochSecond())
                .put("status", whole ? text.cutOff() ? "incomplete" : "completed" : "in_progress")
                .put("model", model)
                .putNull("error")
                .putNull("instructions")
                .put("parallel_tool_calls", true)
                .put("tool_choice", "auto")
                .put("temperature", 1.0)
                .put("top_p", 1.0);
        response.putArray("tools");
        response.putObject("metadata");
        if (whole && text.cutOff()) {
            response.putObject("incomplete_details").put("reason", "max_output_tokens");
        } else {
            response.putNull("incomplete_details");
        }
        var output = response.putArray("output");
        if (!whole) {
            response.putNull("usage");
            return response;
        }
        output.add(message(id, text.text()));
        int produced = text.tokens().size();
        ObjectNode usage = response.putObject("usage")
                .put("input_tokens", text.promptTokens())
                .put("output_tokens", produced)
                .put("total_tokens", text.promptTokens() + produced);
        usage.putObject("input_tokens_details").put("cached_tokens", 0);
        usage.putObject("output_tokens_details").put("reasoning_tokens", 0);
        return response;
    }

    private ObjectNode completion(String idPrefix, String object) {
        return Call.JSON
                .createObjectNode()
                .put("id", nextId(idPrefix))
                .put("object", object)
                .put("created", clock.instant().getEpochSecond())
                .put("model", model);
    }

    private String nextId(String prefix) {
        return prefix + "-simulated-" + count.incrementAndGet();
    }

    private static ObjectNode putChoice(ObjectNode chunk, @Nullable String finishReason, boolean includeUsage) {
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.putNull("logprobs").put("finish_reason", finishReason);
        if (includeUsage) {
            // OpenAI says so on every chunk but the one that has it.
            chunk.putNull("usage");
        }
        return choice;
    }

    private static void putUsage(ObjectNode answer, SimulatedText text) {
        int produced = text.tokens().size();
        ObjectNode usage = answer.putObject("usage")
                .put("prompt_tokens", text.promptTokens())
                .put("completion_tokens", produced)
                .put("total_tokens", text.promptTokens() + produced);
        usage.putObject("prompt_tokens_details").put("cached_tokens", 0);
    }

    private static boolean includeUsage(ObjectNode request) {
        return request.path("stream_options").path("include_usage").asBoolean(false);
    }

    private static String finishReason(SimulatedText text) {
        return text.cutOff() ? "length" : "stop";
    }

    /** The first of the fields that is there, 0 if none is. */
    private static int limit(ObjectNode request, String... fields) {
        for (String field : fields) {
            JsonNode value = request.path(field);
            if (value.isMissingNode() || value.isNull()) {
                continue;
            }
            if (!value.isIntegralNumber() || value.asLong(0) < 1) {
                throw RequestRefusedException.invalid(field + " must be a whole number of at least 1");
            }
            return (int) Math.min(value.asLong(0), MAX_TOKENS);
        }
        return 0;
    }

    /** All the text in a prompt: a string, a list of strings, or messages with text or parts. */
    private static String textOf(JsonNode prompt) {
        if (prompt.isString()) {
            return prompt.stringValue();
        }
        if (prompt.isArray()) {
            List<String> texts = new ArrayList<>();
            prompt.forEach(element -> texts.add(textOf(element)));
            return texts.stream().filter(text -> !text.isEmpty()).collect(Collectors.joining("\n"));
        }
        if (prompt.isObject()) {
            return textOf(prompt.has("content") ? prompt.path("content") : prompt.path("text"));
        }
        return prompt.isNumber() ? prompt.asString("") : "";
    }
}
