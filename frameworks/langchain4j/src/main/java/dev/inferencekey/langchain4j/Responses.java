package dev.inferencekey.langchain4j;

import dev.inferencekey.TextResult;
import dev.inferencekey.ToolCall;
import dev.inferencekey.Usage;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The SDK's answers as LangChain4j's. Stateless. */
final class Responses {
    private Responses() {}

    static ChatResponse of(TextResult result, boolean returnThinking) {
        if (result.refusal() != null && !result.refusal().isBlank()) {
            throw new ContentFilteredException(result.refusal());
        }
        String id = result.raw().toMap().get("id") instanceof String text ? text : null;
        return of(
                result.text(),
                returnThinking ? result.reasoning() : null,
                result.toolCalls().stream().map(Responses::toolCall).toList(),
                metadata(id, result.model(), result.usage(), result.finishReason()));
    }

    static ChatResponse of(
            String text,
            @Nullable String thinking,
            List<ToolExecutionRequest> toolCalls,
            ChatResponseMetadata metadata) {
        AiMessage message = AiMessage.builder()
                .text(text.isEmpty() ? null : text)
                .thinking(thinking == null || thinking.isEmpty() ? null : thinking)
                .toolExecutionRequests(toolCalls)
                .build();
        return ChatResponse.builder().aiMessage(message).metadata(metadata).build();
    }

    static ChatResponseMetadata metadata(
            @Nullable String id, @Nullable String model, @Nullable Usage usage, @Nullable String finishReason) {
        return ChatResponseMetadata.builder()
                .id(id)
                .modelName(model)
                .tokenUsage(usage(usage))
                .finishReason(finishReason(finishReason))
                .build();
    }

    static ToolExecutionRequest toolCall(ToolCall call) {
        return ToolExecutionRequest.builder()
                .id(call.id())
                .name(call.name())
                .arguments(call.arguments())
                .build();
    }

    static @Nullable TokenUsage usage(@Nullable Usage usage) {
        return usage == null
                ? null
                : new TokenUsage(
                        bounded(usage.inputTokens()), bounded(usage.outputTokens()), bounded(usage.totalTokens()));
    }

    /** A server's wrong count must not make its answer fail. */
    private static int bounded(long count) {
        return (int) Math.min(count, Integer.MAX_VALUE);
    }

    private static @Nullable FinishReason finishReason(@Nullable String reason) {
        if (reason == null) {
            return null;
        }
        return switch (reason) {
            case "stop" -> FinishReason.STOP;
            case "length" -> FinishReason.LENGTH;
            case "tool_calls", "function_call" -> FinishReason.TOOL_EXECUTION;
            case "content_filter" -> FinishReason.CONTENT_FILTER;
            default -> FinishReason.OTHER;
        };
    }
}
