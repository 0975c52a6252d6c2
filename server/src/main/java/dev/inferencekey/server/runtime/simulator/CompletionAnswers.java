package dev.inferencekey.server.runtime.simulator;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers {@code v1/completions}, whole and streamed: {@code n} answers to each of the prompts. Thread-safe. */
final class CompletionAnswers {
    private static final int MAX_PROMPTS = 2_048;
    private static final int MAX_CHOICES = 4_096;
    private static final int MAX_TOP = 5;
    private static final List<String> REFUSED =
            List.of("tools", "tool_choice", "response_format", "top_logprobs", "parallel_tool_calls");
    private static final ToolUse NO_TOOLS = new ToolUse(List.of(), "none", Set.of(), false, "");
    private static final AnswerFormat PLAIN = new AnswerFormat(false, null, "");

    private final Envelope envelope;

    CompletionAnswers(Envelope envelope) {
        this.envelope = envelope;
    }

    void answer(Call call) throws IOException, InterruptedException {
        Fields request = Fields.ofJson(call.jsonBody());
        request.refuse(REFUSED);
        List<String> prompts = prompts(request.get("prompt"));
        int topLogprobs = request.has("logprobs") ? request.integer("logprobs", 0, 0, MAX_TOP) : -1;
        TextOptions options = TextOptions.of(request, topLogprobs, "max_tokens");
        if (request.integer("best_of", options.n(), 1, MAX_CHOICES) != options.n()) {
            throw RequestRefusedException.invalid(
                    "best_of", "best_of must be equal to n; the simulator does not choose");
        }
        if (prompts.size() * options.n() > MAX_CHOICES) {
            throw RequestRefusedException.invalid("n", "n answers to each prompt are more than " + MAX_CHOICES);
        }
        boolean echo = request.flag("echo");
        if (echo && topLogprobs >= 0) {
            throw RequestRefusedException.invalid("echo", "echo does not go with logprobs in the simulator");
        }
        List<SimulatedText> texts = new ArrayList<>();
        List<String> echoes = new ArrayList<>();
        for (String prompt : prompts) {
            for (int i = 0; i < options.n(); i++) {
                texts.add(Reply.to(
                                prompt,
                                i,
                                options,
                                PLAIN,
                                NO_TOOLS,
                                call.generation().config())
                        .text());
                echoes.add(echo ? prompt : "");
            }
        }
        for (int i = 0; i < texts.size(); i += options.n()) {
            call.generation().read(texts.get(i).promptTokens());
        }
        if (options.stream()) {
            stream(call, options, texts, echoes);
        } else {
            whole(call, options, texts, echoes);
        }
    }

    /** A text, a list of tokens, or a list of either. */
    private static List<String> prompts(JsonNode prompt) {
        if (prompt.isString() || (prompt.isArray() && prompt.path(0).isNumber())) {
            return List.of(PromptText.of(prompt));
        }
        if (!prompt.isArray() || prompt.isEmpty() || prompt.size() > MAX_PROMPTS) {
            throw RequestRefusedException.invalid(
                    "prompt", "prompt must be a text, or a list of 1 to " + MAX_PROMPTS + " texts");
        }
        List<String> prompts = new ArrayList<>();
        prompt.forEach(element -> prompts.add(PromptText.of(element)));
        return prompts;
    }

    private void whole(Call call, TextOptions options, List<SimulatedText> texts, List<String> echoes)
            throws IOException, InterruptedException {
        call.generation().produce(texts, (which, at) -> {});
        ObjectNode answer = envelope.head("cmpl", "text_completion");
        ArrayNode choices = answer.putArray("choices");
        for (int i = 0; i < texts.size(); i++) {
            SimulatedText text = texts.get(i);
            putChoice(choices, options, i, echoes.get(i) + text.text(), text.tokens(), 0)
                    .put("finish_reason", finishReason(text));
        }
        Envelope.putUsage(answer, texts, options.n());
        call.answer(200, answer);
    }

    private void stream(Call call, TextOptions options, List<SimulatedText> texts, List<String> echoes)
            throws IOException, InterruptedException {
        ObjectNode head = envelope.head("cmpl", "text_completion");
        int[] sent = new int[texts.size()];
        Call.EventStream stream = call.startStream();
        call.generation().produce(texts, (which, at) -> {
            String token = texts.get(which).tokens().get(at);
            String text = at == 0 ? echoes.get(which) + token : token;
            send(stream, head, options, which, text, List.of(token), sent[which], null);
            sent[which] += token.length();
        });
        for (int i = 0; i < texts.size(); i++) {
            send(stream, head, options, i, "", List.of(), sent[i], finishReason(texts.get(i)));
        }
        ChatAnswers.endStream(stream, head, options, texts);
    }

    private static void send(
            Call.EventStream stream,
            ObjectNode head,
            TextOptions options,
            int which,
            String text,
            List<String> tokens,
            int offset,
            @Nullable String finishReason)
            throws IOException {
        ObjectNode chunk = head.deepCopy();
        putChoice(chunk.putArray("choices"), options, which, text, tokens, offset)
                .put("finish_reason", finishReason);
        if (options.includeUsage()) {
            chunk.putNull("usage");
        }
        stream.send(null, chunk);
    }

    private static ObjectNode putChoice(
            ArrayNode choices, TextOptions options, int which, String text, List<String> tokens, int offset) {
        ObjectNode choice = choices.addObject().put("index", which).put("text", text);
        if (options.topLogprobs() < 0) {
            choice.putNull("logprobs");
        } else {
            choice.set("logprobs", Logprobs.ofCompletion(tokens, options.topLogprobs(), offset));
        }
        return choice;
    }

    private static String finishReason(SimulatedText text) {
        return text.cutOff() ? "length" : "stop";
    }
}
