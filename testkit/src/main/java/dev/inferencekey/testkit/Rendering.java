package dev.inferencekey.testkit;

import dev.inferencekey.testkit.ScriptedAnswer.Image;
import dev.inferencekey.testkit.ScriptedAnswer.Raw;
import dev.inferencekey.testkit.ScriptedAnswer.Scores;
import dev.inferencekey.testkit.ScriptedAnswer.Sound;
import dev.inferencekey.testkit.ScriptedAnswer.Text;
import dev.inferencekey.testkit.ScriptedAnswer.Tokens;
import dev.inferencekey.testkit.ScriptedAnswer.ToolCall;
import dev.inferencekey.testkit.ScriptedAnswer.Vectors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An answer in the words of the route that was called.
 *
 * @param pieces of the body: one for a whole answer, one for each event of a stream; never changed
 * @param streamed whether it is a stream of Server-Sent Events
 */
record Rendering(int status, String contentType, List<byte[]> pieces, boolean streamed) {
    private static final JsonMapper JSON = JsonMapper.shared();
    static final String MODEL = "scripted";
    /** Answers of the same script are the same to the byte. */
    static final long CREATED = 1_767_225_600;

    /** @throws IllegalArgumentException if the content does not go with the route; says what does */
    static Rendering of(ScriptedAnswer answer, ScriptedCall call) {
        return switch (answer.content()) {
            case Text text ->
                switch (call.path()) {
                    case "/v1/chat/completions" -> chat(text, answer, call);
                    case "/v1/completions" -> completion(text, answer, call);
                    case "/v1/responses" -> response(text, answer, call);
                    case "/v1/audio/transcriptions", "/v1/audio/translations" -> transcript(text, call);
                    default -> throw unfit("a text or tool call", call);
                };
            case Vectors vectors -> {
                if (!call.path().equals("/v1/embeddings")) {
                    throw unfit("a vector", call);
                }
                yield vectors(vectors, answer, call);
            }
            case Scores scores -> {
                if (!call.path().endsWith("/rerank")) {
                    throw unfit("a ranking", call);
                }
                yield ranking(scores, call);
            }
            case Image image -> {
                if (!call.path().startsWith("/v1/images/")) {
                    throw unfit("an image", call);
                }
                yield images(image);
            }
            case Sound sound -> {
                if (!call.path().equals("/v1/audio/speech") && !call.path().equals("/v1/audio/generate")) {
                    throw unfit("a sound", call);
                }
                yield new Rendering(200, sound.contentType(), List.of(sound.bytes()), false);
            }
            case Raw raw -> whole(raw.status(), raw.contentType(), raw.body());
            case ScriptedAnswer.Reset _ -> throw new IllegalArgumentException("a reset has no body");
        };
    }

    static Rendering error(int status, String code, String message) {
        return whole(status, "application/json", ScriptedAnswer.errorBody(status, code, message));
    }

    static Rendering whole(int status, String contentType, String body) {
        return new Rendering(status, contentType, List.of(body.getBytes(StandardCharsets.UTF_8)), false);
    }

    private static Rendering stream(List<String> events) {
        return new Rendering(
                200,
                "text/event-stream",
                events.stream()
                        .map(event -> event.getBytes(StandardCharsets.UTF_8))
                        .toList(),
                true);
    }

    private static IllegalArgumentException unfit(String what, ScriptedCall call) {
        return new IllegalArgumentException("The test has scripted " + what + ", which is no answer to " + call.method()
                + " " + call.path() + ". Script the body of that route with ScriptedAnswer.json(…).");
    }

    private static Rendering chat(Text text, ScriptedAnswer answer, ScriptedCall call) {
        String reason = reason(answer, text.toolCalls().isEmpty() ? "stop" : "tool_calls");
        Tokens tokens = tokens(answer, call, text);
        if (call.isStreamed()) {
            return chatStream(text, reason, tokens, call);
        }
        ObjectNode body = head("chatcmpl-scripted", "chat.completion");
        ObjectNode choice = body.putArray("choices").addObject().put("index", 0);
        ObjectNode message = choice.putObject("message").put("role", "assistant");
        if (text.pieces().isEmpty()) {
            message.putNull("content");
        } else {
            message.put("content", text.whole());
        }
        if (!text.toolCalls().isEmpty()) {
            ArrayNode calls = message.putArray("tool_calls");
            for (int i = 0; i < text.toolCalls().size(); i++) {
                toolCall(calls.addObject(), i, text.toolCalls().get(i));
            }
        }
        choice.put("finish_reason", reason);
        usage(body, tokens);
        return whole(body);
    }

    private static Rendering chatStream(Text text, String reason, Tokens tokens, ScriptedCall call) {
        List<String> events = new ArrayList<>();
        for (String piece : text.pieces()) {
            ObjectNode chunk = chunk(null);
            ObjectNode delta = delta(chunk);
            if (events.isEmpty()) {
                delta.put("role", "assistant");
            }
            delta.put("content", piece);
            events.add(event(chunk));
        }
        for (int i = 0; i < text.toolCalls().size(); i++) {
            ObjectNode chunk = chunk(null);
            ObjectNode delta = delta(chunk);
            if (events.isEmpty()) {
                delta.put("role", "assistant");
            }
            ObjectNode toolCall = delta.putArray("tool_calls").addObject().put("index", i);
            toolCall(toolCall, i, text.toolCalls().get(i));
            events.add(event(chunk));
        }
        events.add(event(chunk(reason)));
        return finished(events, head("chatcmpl-scripted", "chat.completion.chunk"), tokens, call);
    }

    /** Ends a stream, with what it has used if that was asked for. */
    private static Rendering finished(List<String> events, ObjectNode head, Tokens tokens, ScriptedCall call) {
        if (call.tree().path("stream_options").path("include_usage").asBoolean(false)) {
            head.putArray("choices");
            usage(head, tokens);
            events.add(event(head));
        }
        events.add("data: [DONE]\n\n");
        return stream(events);
    }

    private static ObjectNode chunk(@Nullable String reason) {
        ObjectNode chunk = head("chatcmpl-scripted", "chat.completion.chunk");
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.putObject("delta");
        choice.put("finish_reason", reason);
        return chunk;
    }

    private static ObjectNode delta(ObjectNode chunk) {
        return (ObjectNode) chunk.path("choices").path(0).path("delta");
    }

    private static String event(ObjectNode chunk) {
        return "data: " + chunk + "\n\n";
    }

    private static void toolCall(ObjectNode node, int index, ToolCall call) {
        node.put("id", "call_" + (index + 1)).put("type", "function");
        node.putObject("function").put("name", call.name()).put("arguments", call.arguments());
    }

    private static Rendering completion(Text text, ScriptedAnswer answer, ScriptedCall call) {
        if (!text.toolCalls().isEmpty()) {
            throw unfit("a tool call", call);
        }
        String reason = reason(answer, "stop");
        Tokens tokens = tokens(answer, call, text);
        if (!call.isStreamed()) {
            ObjectNode body = completionOf(text.whole(), reason);
            usage(body, tokens);
            return whole(body);
        }
        List<String> events = new ArrayList<>();
        text.pieces().forEach(piece -> events.add(event(completionOf(piece, null))));
        events.add(event(completionOf("", reason)));
        return finished(events, head("cmpl-scripted", "text_completion"), tokens, call);
    }

    private static ObjectNode completionOf(String text, @Nullable String reason) {
        ObjectNode body = head("cmpl-scripted", "text_completion");
        body.putArray("choices")
                .addObject()
                .put("index", 0)
                .put("text", text)
                .putNull("logprobs")
                .put("finish_reason", reason);
        return body;
    }

    private static Rendering response(Text text, ScriptedAnswer answer, ScriptedCall call) {
        ResponseRendering response = new ResponseRendering(text, tokens(answer, call, text), reason(answer, "stop"));
        return call.isStreamed() ? stream(response.events()) : whole(response.whole());
    }

    private static Rendering transcript(Text text, ScriptedCall call) {
        if (!text.toolCalls().isEmpty()) {
            throw unfit("a tool call", call);
        }
        return switch (call.formField("response_format")) {
            case "text" -> whole(200, "text/plain; charset=utf-8", text.whole());
            case "", "json", "verbose_json" -> whole(JSON.createObjectNode().put("text", text.whole()));
            default ->
                throw new IllegalArgumentException(
                        "A scripted text is no transcript with times. Script the body with ScriptedAnswer.json(…).");
        };
    }

    private static Rendering images(Image image) {
        ObjectNode body = JSON.createObjectNode().put("created", CREATED);
        ArrayNode data = body.putArray("data");
        image.images()
                .forEach(bytes ->
                        data.addObject().put("b64_json", Base64.getEncoder().encodeToString(bytes)));
        return whole(body);
    }

    private static Rendering vectors(Vectors vectors, ScriptedAnswer answer, ScriptedCall call) {
        JsonNode input = call.tree().path("input");
        List<String> texts = new ArrayList<>();
        if (input.isArray()) {
            input.forEach(text -> texts.add(text.isString() ? text.asString() : text.toString()));
        } else {
            texts.add(input.asString(""));
        }
        boolean base64 = call.tree().path("encoding_format").asString("float").equals("base64");
        ObjectNode body = JSON.createObjectNode().put("object", "list").put("model", MODEL);
        ArrayNode data = body.putArray("data");
        for (int i = 0; i < texts.size(); i++) {
            ObjectNode entry = data.addObject().put("object", "embedding").put("index", i);
            double[] vector = vectors.of().apply(texts.get(i));
            if (base64) {
                entry.put("embedding", base64(vector));
            } else {
                ArrayNode values = entry.putArray("embedding");
                for (double value : vector) {
                    values.add(value);
                }
            }
        }
        Tokens given = answer.tokens();
        int read = given != null
                ? given.prompt()
                : texts.stream().mapToInt(Rendering::words).sum();
        body.putObject("usage").put("prompt_tokens", read).put("total_tokens", read);
        return whole(body);
    }

    private static String base64(double[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : vector) {
            bytes.putFloat((float) value);
        }
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private static Rendering ranking(Scores scores, ScriptedCall call) {
        JsonNode documents = call.tree().path("documents");
        if (documents.size() != scores.values().size()) {
            throw new IllegalArgumentException("The test has scripted "
                    + scores.values().size() + " scores, but " + documents.size() + " documents are to be ranked.");
        }
        int most = call.tree().path("top_n").asInt(documents.size());
        ObjectNode body = JSON.createObjectNode().put("id", "rerank-scripted").put("model", MODEL);
        ArrayNode results = body.putArray("results");
        IntStream.range(0, documents.size())
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> scores.values().get(i))
                        .reversed())
                .limit(most)
                .forEach(i -> {
                    ObjectNode result = results.addObject()
                            .put("index", i)
                            .put("relevance_score", scores.values().get(i));
                    JsonNode document = documents.get(i);
                    result.putObject("document")
                            .put("text", document.isString() ? document.asString() : document.toString());
                });
        int read = words(call.prompt());
        body.putObject("usage").put("prompt_tokens", read).put("total_tokens", read);
        return whole(body);
    }

    private static Rendering whole(ObjectNode body) {
        return whole(200, "application/json", body.toString());
    }

    private static ObjectNode head(String id, String object) {
        return JSON.createObjectNode()
                .put("id", id)
                .put("object", object)
                .put("created", CREATED)
                .put("model", MODEL);
    }

    private static void usage(ObjectNode body, Tokens tokens) {
        body.putObject("usage")
                .put("prompt_tokens", tokens.prompt())
                .put("completion_tokens", tokens.completion())
                .put("total_tokens", tokens.prompt() + tokens.completion());
    }

    private static String reason(ScriptedAnswer answer, String usual) {
        String given = answer.finishReason();
        return given == null ? usual : given;
    }

    private static Tokens tokens(ScriptedAnswer answer, ScriptedCall call, Text text) {
        Tokens given = answer.tokens();
        return given != null
                ? given
                : new Tokens(
                        words(call.prompt()),
                        words(text.whole()) + text.toolCalls().size());
    }

    private static int words(String text) {
        return text.isBlank() ? 0 : text.strip().split("\\s+").length;
    }
}
