package dev.inferencekey;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
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

    /** What the person says and shows, for models that read more than text; at least one part. */
    public static ChatMessage user(ContentPart... parts) {
        if (parts.length == 0) {
            throw new ValidationException("a message must have at least one part");
        }
        return new ChatMessage(
                "user", Arrays.stream(parts).map(ContentPart::toJson).toList(), Map.of());
    }

    /** What the model said before. */
    public static ChatMessage assistant(String text) {
        return of("assistant", text);
    }

    /**
     * What the model said before, and which tools it wanted called. {@link TextResult#message} makes one of an answer.
     *
     * @param text empty if it only calls tools
     * @param toolCalls empty if it calls none
     */
    public static ChatMessage assistant(String text, List<ToolCall> toolCalls) {
        if (toolCalls.isEmpty()) {
            return assistant(text);
        }
        return new ChatMessage(
                "assistant",
                text.isEmpty() ? null : text,
                Map.of("tool_calls", toolCalls.stream().map(ToolCall::toJson).toList()));
    }

    /** What a tool gave back. All calls of a message must be answered before the model goes on. */
    public static ChatMessage toolResult(ToolCall call, String text) {
        return toolResult(call.id(), text);
    }

    /** What a tool gave back to the call with this id. */
    public static ChatMessage toolResult(String callId, String text) {
        return new ChatMessage("tool", Objects.requireNonNull(text, "text"), Map.of("tool_call_id", callId));
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

    /** The role and how much there is; no text, which may be private. */
    @Override
    public String toString() {
        String size = content instanceof String text
                ? text.length() + " characters"
                : content instanceof List<?> parts ? parts.size() + " parts" : "no content";
        return "ChatMessage[" + role + ", " + size + (extra.isEmpty() ? "]" : ", " + extra.keySet() + "]");
    }
}
