package dev.inferencekey.engine.http;

import dev.inferencekey.engine.llama.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The {@code messages} of a chat request: content is text, or an array of parts that are all text. */
final class ChatMessages {
    private static final int MOST_MESSAGES = 10_000;

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
            all.add(new ChatMessage(
                    role(message.get("role"), at + ".role"), content(message.get("content"), at + ".content")));
        }
        return all;
    }

    private static String role(@Nullable JsonNode role, String at) {
        return switch (role == null ? "" : role.asString("")) {
            case "system", "developer" -> "system";
            case "user" -> "user";
            case "assistant" -> "assistant";
            case "tool" -> "tool";
            default -> throw ApiException.invalid(at, at + " must be system, developer, user, assistant or tool.");
        };
    }

    private static String content(@Nullable JsonNode content, String at) {
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
                    || !"text".equals(part.path("type").asString(""))) {
                throw ApiException.invalid(at, "Every part of " + at + " must be {\"type\":\"text\",\"text\":\"…\"}.");
            }
            text.append(words.stringValue());
        }
        return text.toString();
    }
}
