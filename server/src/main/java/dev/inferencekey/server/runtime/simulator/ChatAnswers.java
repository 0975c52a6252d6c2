package dev.inferencekey.server.runtime.simulator;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers {@code v1/chat/completions}, whole and streamed. Thread-safe. */
final class ChatAnswers {
    private static final List<String> REFUSED = List.of("echo", "best_of");

    private final Envelope envelope;

    ChatAnswers(Envelope envelope) {
        this.envelope = envelope;
    }

    void answer(Call call) throws IOException, InterruptedException {
        Fields request = Fields.ofJson(call.jsonBody());
        JsonNode messages = request.get("messages");
        if (!messages.isArray() || messages.isEmpty()) {
            throw RequestRefusedException.invalid("messages", "messages must be a list of at least one message");
        }
        request.refuse(REFUSED);
        for (JsonNode modality : request.get("modalities")) {
            if (!modality.asString("").equals("text")) {
                throw RequestRefusedException.invalid("modalities", "modalities must be [\"text\"] here");
            }
        }
        TextOptions options = TextOptions.of(request, topLogprobs(request), "max_completion_tokens", "max_tokens");
        AnswerFormat format = AnswerFormat.of(request.get("response_format"), "response_format");
        ToolUse tools = ToolUse.ofChat(request);
        String prompt = PromptText.of(messages);
        List<Reply> replies = new ArrayList<>();
        for (int i = 0; i < options.n(); i++) {
            replies.add(Reply.to(
                    prompt, i, options, format, tools, call.generation().config()));
        }
        call.generation().read(replies.getFirst().text().promptTokens());
        if (options.stream()) {
            stream(call, options, replies);
        } else {
            whole(call, options, replies);
        }
    }

    private static int topLogprobs(Fields request) {
        boolean wanted = request.flag("logprobs");
        int top = request.integer("top_logprobs", 0, 0, Logprobs.MAX_TOP);
        if (top > 0 && !wanted) {
            throw RequestRefusedException.invalid("top_logprobs", "top_logprobs goes only with logprobs: true");
        }
        return wanted ? top : -1;
    }

    private void whole(Call call, TextOptions options, List<Reply> replies) throws IOException, InterruptedException {
        List<SimulatedText> texts = replies.stream().map(Reply::text).toList();
        call.generation().produce(texts, (which, at) -> {});
        ObjectNode answer = envelope.head("chatcmpl", "chat.completion");
        ArrayNode choices = answer.putArray("choices");
        for (Reply reply : replies) {
            ObjectNode choice = choices.addObject().put("index", choices.size() - 1);
            ObjectNode message = choice.putObject("message").put("role", "assistant");
            if (reply.tool() == null) {
                message.put("content", reply.text().text()).putNull("refusal");
            } else {
                message.putNull("content").putNull("refusal");
                message.putArray("tool_calls")
                        .add(toolCall(reply.tool(), reply.text().text()));
            }
            putLogprobs(choice, options, reply, reply.text().tokens());
            choice.put("finish_reason", reply.finishReason());
        }
        Envelope.putUsage(answer, texts, options.n());
        call.answer(200, answer);
    }

    private ObjectNode toolCall(String name, String arguments) {
        ObjectNode toolCall =
                Call.JSON.createObjectNode().put("id", envelope.nextId("call")).put("type", "function");
        toolCall.putObject("function").put("name", name).put("arguments", arguments);
        return toolCall;
    }

    private static void putLogprobs(ObjectNode choice, TextOptions options, Reply reply, List<String> tokens) {
        if (options.topLogprobs() < 0 || reply.tool() != null) {
            choice.putNull("logprobs");
        } else {
            choice.set("logprobs", Logprobs.ofChat(tokens, options.topLogprobs()));
        }
    }

    private void stream(Call call, TextOptions options, List<Reply> replies) throws IOException, InterruptedException {
        ObjectNode head = envelope.head("chatcmpl", "chat.completion.chunk");
        List<SimulatedText> texts = replies.stream().map(Reply::text).toList();
        Call.EventStream stream = call.startStream();
        call.generation().produce(texts, (which, at) -> {
            Reply reply = replies.get(which);
            if (at == 0) {
                open(stream, head, options, which, reply);
            }
            String token = reply.text().tokens().get(at);
            ObjectNode chunk = head.deepCopy();
            ObjectNode choice = choice(chunk, options, which, null);
            ObjectNode delta = choice.putObject("delta");
            if (reply.tool() == null) {
                delta.put("content", token);
                putLogprobs(choice, options, reply, List.of(token));
            } else {
                delta.putArray("tool_calls")
                        .addObject()
                        .put("index", 0)
                        .putObject("function")
                        .put("arguments", token);
            }
            stream.send(null, chunk);
        });
        for (int which = 0; which < replies.size(); which++) {
            Reply reply = replies.get(which);
            if (reply.text().tokens().isEmpty()) {
                open(stream, head, options, which, reply);
            }
            ObjectNode last = head.deepCopy();
            choice(last, options, which, reply.finishReason()).putObject("delta");
            stream.send(null, last);
        }
        endStream(stream, head, options, texts);
    }

    /** The first chunk of a choice: whose it is, and which function is called. */
    private void open(Call.EventStream stream, ObjectNode head, TextOptions options, int which, Reply reply)
            throws IOException {
        ObjectNode chunk = head.deepCopy();
        ObjectNode delta =
                choice(chunk, options, which, null).putObject("delta").put("role", "assistant");
        if (reply.tool() == null) {
            delta.put("content", "");
        } else {
            ObjectNode toolCall = toolCall(reply.tool(), "");
            toolCall.put("index", 0);
            delta.putNull("content").putArray("tool_calls").add(toolCall);
        }
        stream.send(null, chunk);
    }

    private static ObjectNode choice(ObjectNode chunk, TextOptions options, int which, @Nullable String finishReason) {
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", which);
        choice.putNull("logprobs").put("finish_reason", finishReason);
        if (options.includeUsage()) {
            // OpenAI says so on every chunk but the one that has it.
            chunk.putNull("usage");
        }
        return choice;
    }

    /** The token counts in a chunk of their own, if asked for, and the end. */
    static void endStream(Call.EventStream stream, ObjectNode head, TextOptions options, List<SimulatedText> texts)
            throws IOException {
        if (options.includeUsage()) {
            ObjectNode usage = head.deepCopy();
            usage.putArray("choices");
            Envelope.putUsage(usage, texts, options.n());
            stream.send(null, usage);
        }
        stream.send(null, "[DONE]");
        stream.end();
    }
}
