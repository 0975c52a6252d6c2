package dev.inferencekey.server.runtime.simulator;

import java.io.IOException;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Answers {@code v1/responses}, whole and streamed. Keeps none, so that nothing can follow up on one. Thread-safe. */
final class ResponseAnswers {
    private static final String WITH_LOGPROBS = "message.output_text.logprobs";
    private static final List<String> REFUSED =
            List.of("previous_response_id", "conversation", "prompt", "background", "stop", "response_format");

    private final Envelope envelope;

    ResponseAnswers(Envelope envelope) {
        this.envelope = envelope;
    }

    void answer(Call call) throws IOException, InterruptedException {
        Fields request = Fields.ofJson(call.jsonBody());
        JsonNode input = request.get("input");
        if (!input.isString() && (!input.isArray() || input.isEmpty())) {
            throw RequestRefusedException.invalid("input", "input must be a text or a list of items");
        }
        request.refuse(REFUSED);
        if (request.integer("n", 1, 1, 1) != 1) {
            throw RequestRefusedException.unsupported("n");
        }
        int top = request.integer("top_logprobs", 0, 0, Logprobs.MAX_TOP);
        boolean told = top > 0 || request.texts("include", 100).contains(WITH_LOGPROBS);
        TextOptions options = TextOptions.of(request, told ? top : -1, "max_output_tokens");
        JsonNode form = request.get("text").path("format");
        AnswerFormat format = AnswerFormat.of(form, "text.format");
        String prompt = request.text("instructions", "") + "\n" + PromptText.of(input);
        Reply reply = Reply.to(
                prompt,
                0,
                options,
                format,
                ToolUse.ofResponse(request),
                call.generation().config());
        call.generation().read(reply.text().promptTokens());
        Answer answer = new Answer(envelope, request, options, reply);
        if (options.stream()) {
            answer.stream(call);
        } else {
            call.generation().produce(reply.text());
            call.answer(200, answer.response(true));
        }
    }

    /** One answer. Used by one thread. */
    private static final class Answer {
        private final Envelope envelope;
        private final Fields request;
        private final TextOptions options;
        private final Reply reply;
        private final String id;
        private final String itemId;
        private final String callId;
        private final long begun;
        private int sequence;

        Answer(Envelope envelope, Fields request, TextOptions options, Reply reply) {
            this.envelope = envelope;
            this.request = request;
            this.options = options;
            this.reply = reply;
            this.id = envelope.nextId("resp");
            this.itemId = (reply.tool() == null ? "msg" : "fc") + id.substring("resp".length());
            this.callId = "call" + id.substring("resp".length());
            this.begun = envelope.now();
        }

        void stream(Call call) throws IOException, InterruptedException {
            Call.EventStream stream = call.startStream();
            send(stream, "response.created", event().set("response", response(false)));
            send(stream, "response.in_progress", event().set("response", response(false)));
            send(stream, "response.output_item.added", ofItem().set("item", item(false)));
            if (reply.tool() == null) {
                streamText(call, stream);
            } else {
                streamArguments(call, stream);
            }
            send(stream, "response.output_item.done", ofItem().set("item", item(true)));
            String last = reply.text().cutOff() ? "response.incomplete" : "response.completed";
            send(stream, last, event().set("response", response(true)));
            stream.end();
        }

        private void streamText(Call call, Call.EventStream stream) throws IOException, InterruptedException {
            send(stream, "response.content_part.added", ofPart().set("part", part(List.of())));
            List<String> tokens = reply.text().tokens();
            call.generation().produce(List.of(reply.text()), (which, at) -> {
                ObjectNode delta = ofPart().put("delta", tokens.get(at));
                delta.set("logprobs", logprobs(List.of(tokens.get(at))));
                send(stream, "response.output_text.delta", delta);
            });
            ObjectNode done = ofPart().put("text", reply.text().text());
            done.set("logprobs", logprobs(tokens));
            send(stream, "response.output_text.done", done);
            send(stream, "response.content_part.done", ofPart().set("part", part(tokens)));
        }

        private void streamArguments(Call call, Call.EventStream stream) throws IOException, InterruptedException {
            call.generation()
                    .produce(
                            List.of(reply.text()),
                            (which, at) -> send(
                                    stream,
                                    "response.function_call_arguments.delta",
                                    ofItemId()
                                            .put("delta", reply.text().tokens().get(at))));
            send(
                    stream,
                    "response.function_call_arguments.done",
                    ofItemId()
                            .put("name", reply.tool())
                            .put("arguments", reply.text().text()));
        }

        private void send(Call.EventStream stream, String type, ObjectNode data) throws IOException {
            stream.send(type, data.put("type", type).put("sequence_number", sequence++));
        }

        private static ObjectNode event() {
            return Call.JSON.createObjectNode();
        }

        private static ObjectNode ofItem() {
            return event().put("output_index", 0);
        }

        private ObjectNode ofItemId() {
            return ofItem().put("item_id", itemId);
        }

        private ObjectNode ofPart() {
            return ofItemId().put("content_index", 0);
        }

        private ArrayNode logprobs(List<String> tokens) {
            return options.topLogprobs() < 0
                    ? Call.JSON.createArrayNode()
                    : Logprobs.list(tokens, options.topLogprobs());
        }

        private ObjectNode part(List<String> tokens) {
            ObjectNode part = event().put("type", "output_text").put("text", String.join("", tokens));
            part.putArray("annotations");
            part.set("logprobs", logprobs(tokens));
            return part;
        }

        private ObjectNode item(boolean whole) {
            String status = !whole ? "in_progress" : reply.text().cutOff() ? "incomplete" : "completed";
            ObjectNode item = event().put("id", itemId).put("status", status);
            if (reply.tool() != null) {
                return item.put("type", "function_call")
                        .put("call_id", callId)
                        .put("name", reply.tool())
                        .put("arguments", whole ? reply.text().text() : "");
            }
            ArrayNode content =
                    item.put("type", "message").put("role", "assistant").putArray("content");
            if (whole) {
                content.add(part(reply.text().tokens()));
            }
            return item;
        }

        ObjectNode response(boolean whole) {
            boolean cutOff = whole && reply.text().cutOff();
            ObjectNode response = event().put("id", id)
                    .put("object", "response")
                    .put("created_at", begun)
                    .put("status", !whole ? "in_progress" : cutOff ? "incomplete" : "completed")
                    .put("model", envelope.model())
                    .putNull("error")
                    .put("parallel_tool_calls", true);
            if (cutOff) {
                response.putObject("incomplete_details").put("reason", "max_output_tokens");
            } else {
                response.putNull("incomplete_details");
            }
            echo(response, "instructions", JsonNodeFactory.instance.nullNode());
            echo(response, "max_output_tokens", JsonNodeFactory.instance.nullNode());
            echo(response, "metadata", event());
            echo(response, "tools", Call.JSON.createArrayNode());
            echo(response, "tool_choice", JsonNodeFactory.instance.stringNode("auto"));
            echo(response, "temperature", JsonNodeFactory.instance.numberNode(1.0));
            echo(response, "top_p", JsonNodeFactory.instance.numberNode(1.0));
            ObjectNode text = event();
            text.putObject("format").put("type", "text");
            echo(response, "text", text);
            ArrayNode output = response.putArray("output");
            if (whole) {
                output.add(item(true));
                putUsage(response);
            }
            return response;
        }

        /** What the request says of {@code field}, else {@code otherwise}. */
        private void echo(ObjectNode response, String field, JsonNode otherwise) {
            response.set(field, request.has(field) ? request.get(field) : otherwise);
        }

        private void putUsage(ObjectNode response) {
            SimulatedText text = reply.text();
            ObjectNode usage = response.putObject("usage")
                    .put("input_tokens", text.promptTokens())
                    .put("output_tokens", text.generated())
                    .put("total_tokens", text.promptTokens() + text.generated());
            usage.putObject("input_tokens_details").put("cached_tokens", 0).put("cache_write_tokens", 0);
            usage.putObject("output_tokens_details").put("reasoning_tokens", 0);
        }
    }
}
