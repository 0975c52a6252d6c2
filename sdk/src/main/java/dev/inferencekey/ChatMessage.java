package dev.inferencekey;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation. Immutable.
 *
 * @param role {@code system}, {@code user}, {@code assistant}, {@code tool}, …
 * @param content a text, or a list of parts as OpenAI defines them; null where a message has none, such as one with tool calls
 * @param extra further fields, such as {@code tool_call_id}
 */
public record ChatMessage(String role, @Nullable Object content, Map<String, @Nullable Object> extra) {
    public ChatMessage {
        if (role.isBlank()) {
            throw new ValidationException("role must not be empty");
        }
        content = PlainJson.value(content, "content");
        extra = PlainJson.object(extra, "message");
        if (extra.containsKey("role") || extra.containsKey("content")) {
            throw new ValidationException("a message's extra fields must not name role or content again");
        }
    }

    /** How the model should behave. */
    public static ChatMessage system(String text) {
        return of("system", text);
    }

    /** What the person says. */
    public static ChatMessage user(String text) {
        return of("user", text);
    }

    /** What the model said before. */
    public static ChatMessage assistant(String text) {
        return of("assistant", text);
    }

    private static ChatMessage of(String role, String text) {
        return new ChatMessage(role, Objects.requireNonNull(text, "text"), Map.of());
    }

    Map<String, @Nullable Object> toJson() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("role", role);
        json.put("content", content);
        json.putAll(extra);
        return json;
    }
}
