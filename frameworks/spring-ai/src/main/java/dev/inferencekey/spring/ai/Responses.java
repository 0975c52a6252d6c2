package dev.inferencekey.spring.ai;

import dev.inferencekey.TextChunk;
import dev.inferencekey.TextResult;
import dev.inferencekey.ToolCall;
import dev.inferencekey.Usage;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;

/** The SDK's answers as Spring AI's. Stateless. */
final class Responses {
    private Responses() {}

    static ChatResponse of(TextResult result) {
        return response(
                result.text(),
                result.toolCalls(),
                result.reasoning(),
                result.finishReason(),
                metadata(result.raw().toMap(), result.usage()));
    }

    static ChatResponse of(TextChunk chunk) {
        return response(
                chunk.text(),
                chunk.toolCalls(),
                chunk.reasoning(),
                chunk.finishReason(),
                metadata(chunk.raw().toMap(), chunk.usage()));
    }

    static @Nullable DefaultUsage usage(@Nullable Usage usage) {
        return usage == null
                ? null
                : new DefaultUsage(
                        Math.toIntExact(usage.inputTokens()),
                        Math.toIntExact(usage.outputTokens()),
                        Math.toIntExact(usage.totalTokens()));
    }

    private static ChatResponse response(
            String text,
            List<ToolCall> toolCalls,
            @Nullable String reasoning,
            @Nullable String finishReason,
            ChatResponseMetadata metadata) {
        AssistantMessage message = AssistantMessage.builder()
                .content(text)
                .properties(reasoning == null ? Map.of() : Map.of("reasoningContent", reasoning))
                .toolCalls(toolCalls.stream()
                        .map(call ->
                                new AssistantMessage.ToolCall(call.id(), "function", call.name(), call.arguments()))
                        .toList())
                .build();
        ChatGenerationMetadata generation = finishReason == null
                ? ChatGenerationMetadata.NULL
                : ChatGenerationMetadata.builder().finishReason(finishReason).build();
        return new ChatResponse(List.of(new Generation(message, generation)), metadata);
    }

    private static ChatResponseMetadata metadata(Map<String, @Nullable Object> raw, @Nullable Usage usage) {
        ChatResponseMetadata.Builder metadata = ChatResponseMetadata.builder();
        if (raw.get("id") instanceof String id) {
            metadata.id(id);
        }
        if (raw.get("model") instanceof String model) {
            metadata.model(model);
        }
        DefaultUsage counts = usage(usage);
        if (counts != null) {
            metadata.usage(counts);
        }
        return metadata.build();
    }
}
