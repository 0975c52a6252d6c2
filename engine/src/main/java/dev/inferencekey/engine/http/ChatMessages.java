package dev.inferencekey.engine.http;

import dev.inferencekey.engine.llama.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The {@code messages} of a chat request: content is text, or an array of parts that are all text. */
final class ChatMessages {
    private static final int MOST_MESSAGES = 10_000;
    private static final String RESULT = "Result of the call: ";

    /** Of chats, and of what goes into responses and came out of them. */
    private static final Set<String> TEXT_TYPES = Set.of("text", "input_text", "output_text");

    private ChatMessages() {}

    static List<ChatMessage> of(RequestBody body) {
        JsonNode messages = body.get("messages");
        if (messages == null || !messages.isArray() || messages.isEmpty() || messages.size() > MOST_MESSAGES) {
            throw ApiException.invalid("messages", "messages must be an array of 1 to " + MOST_MESSAGES + " messages.");
        }
        List<ChatMessage> all = new ArrayList<>(messages.size());
        for (JsonNode message : messages) {
            String at = "messages[" + all.size() + "]";
            if (!message.isObject()) {
                throw ApiException.invalid(at, at + " must be an object with role and content.");
            }
            String role = role(message.get("role"), at + ".role");
            if (role.equals("tool")) {
                addResult(all, content(message.get("content"), at + ".content"));
            } else if (message.path("tool_calls").isEmpty()) {
                all.add(new ChatMessage(role, content(message.get("content"), at + ".content")));
            } else {
                all.add(new ChatMessage(role, calls(message.path("tool_calls"))));
            }
        }
        return all;
    }

    /** Calls of functions, in the form in which the model wrote them. */
    private static String calls(JsonNode toolCalls) {
        StringBuilder calls = new StringBuilder();
        for (JsonNode call : toolCalls) {
            JsonNode function = call.path("function");
            calls.append(call(
                    function.path("name").asString(""),
                    function.path("arguments").asString("{}")));
        }
        return calls.toString();
    }

    static String call(String name, String arguments) {
        return CallReader.head(name) + arguments + "}";
    }

    /** A function's result. Not every template knows a role for it, so the user tells it; several ones in one message. */
    static void addResult(List<ChatMessage> all, String result) {
        String told = RESULT + result;
        if (!all.isEmpty() && all.getLast().content().startsWith(RESULT)) {
            told = all.removeLast().content() + "\n" + told;
        }
        all.add(new ChatMessage("user", told));
    }

    static String role(@Nullable JsonNode role, String at) {
        return switch (role == null ? "" : role.asString("")) {
            case "system", "developer" -> "system";
            case "user" -> "user";
            case "assistant" -> "assistant";
            case "tool" -> "tool";
            default -> throw ApiException.invalid(at, at + " must be system, developer, user, assistant or tool.");
        };
    }

    /** Text, or parts that are all text. */
    static String content(@Nullable JsonNode content, String at) {
        if (content != null && content.isString()) {
            return content.stringValue();
        }
        if (content == null || !content.isArray()) {
            throw ApiException.invalid(at, at + " must be text or an array of text parts.");
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            JsonNode words = part.get("text");
            if (words == null
                    || !words.isString()
                    || !TEXT_TYPES.contains(part.path("type").asString(""))) {
                throw ApiException.invalid(at, "Every part of " + at + " must be {\"type\":\"text\",\"text\":\"…\"}.");
            }
            text.append(words.stringValue());
        }
        return text.toString();
    }
}
