package dev.inferencekey.spring.ai;

import dev.inferencekey.ChatMessage;
import dev.inferencekey.ContentPart;
import dev.inferencekey.JsonSchema;
import dev.inferencekey.ResponseFormat;
import dev.inferencekey.TextParams;
import dev.inferencekey.Tool;
import dev.inferencekey.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.content.Media;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.definition.ToolDefinition;
import org.springframework.util.MimeType;

/** Spring AI's messages and options as the SDK's. Stateless. */
final class Messages {
    private static final String SCHEMA_NAME = "answer";

    /** Fields that have an option of their own, and would be sent twice. */
    private static final Set<String> OWN = Set.of("tools", "response_format", "top_p", "stop");

    private Messages() {}

    static TextParams params(List<Message> messages, InferenceKeyChatOptions options) {
        TextParams.Builder params = TextParams.builder()
                .messages(messages.stream()
                        .flatMap(message -> of(message).stream())
                        .toList())
                .includeUsage(true);
        if (options.getTemperature() != null) {
            params.temperature(options.getTemperature());
        }
        if (options.getMaxTokens() != null) {
            params.maxTokens(options.getMaxTokens());
        }
        if (options.getTopP() != null) {
            params.topP(options.getTopP());
        }
        if (options.getTopK() != null) {
            params.extra("top_k", options.getTopK());
        }
        if (options.getFrequencyPenalty() != null) {
            params.frequencyPenalty(options.getFrequencyPenalty());
        }
        if (options.getPresencePenalty() != null) {
            params.presencePenalty(options.getPresencePenalty());
        }
        List<String> stops = options.getStopSequences();
        if (stops != null && !stops.isEmpty()) {
            params.stop(stops.toArray(String[]::new));
        }
        params.tools(tools(options.getToolCallbacks()));
        String schema = options.getOutputSchema();
        if (schema != null) {
            params.responseFormat(ResponseFormat.jsonSchema(SCHEMA_NAME, JsonSchema.parse(schema)));
        }
        options.getExtra().forEach((name, value) -> {
            if (OWN.contains(name)) {
                throw new IllegalArgumentException(
                        "\"" + name + "\" can't be an extra field: set the option of its own");
            }
            params.extra(name, value);
        });
        return params.build();
    }

    private static List<Tool> tools(@Nullable List<ToolCallback> callbacks) {
        List<Tool> tools = new ArrayList<>();
        for (ToolCallback callback : callbacks == null ? List.<ToolCallback>of() : callbacks) {
            ToolDefinition definition = callback.getToolDefinition();
            tools.add(Tool.of(definition.name(), definition.description(), JsonSchema.parse(definition.inputSchema())));
        }
        return tools;
    }

    private static List<ChatMessage> of(Message message) {
        if (message instanceof ToolResponseMessage results) {
            return results.getResponses().stream()
                    .map(result -> ChatMessage.toolResult(result.id(), result.responseData()))
                    .toList();
        }
        if (message instanceof AssistantMessage assistant) {
            return List.of(ChatMessage.assistant(
                    text(message),
                    assistant.getToolCalls().stream()
                            .map(call -> ToolCall.of(call.id(), call.name(), call.arguments()))
                            .toList()));
        }
        if (message instanceof UserMessage user && !user.getMedia().isEmpty()) {
            List<ContentPart> parts = new ArrayList<>();
            if (!text(message).isEmpty()) {
                parts.add(ContentPart.text(text(message)));
            }
            user.getMedia().forEach(media -> parts.add(part(media)));
            return List.of(ChatMessage.user(parts.toArray(ContentPart[]::new)));
        }
        return List.of(new ChatMessage(message.getMessageType().getValue(), text(message), Map.of()));
    }

    private static ContentPart part(Media media) {
        MimeType type = media.getMimeType();
        String subtype = type.getSubtype().toLowerCase(Locale.ROOT);
        if (type.getType().equals("audio")) {
            return ContentPart.audio(media.getDataAsByteArray(), subtype.equals("mpeg") ? "mp3" : subtype);
        }
        if (!type.getType().equals("image")) {
            throw new IllegalArgumentException("a message can't hold " + type + ": images and audio are supported");
        }
        return media.getData() instanceof byte[] bytes
                ? ContentPart.image(bytes, type.getType() + "/" + subtype)
                : ContentPart.imageUrl(String.valueOf(media.getData()));
    }

    private static String text(Message message) {
        String text = message.getText();
        return text == null ? "" : text;
    }
}
