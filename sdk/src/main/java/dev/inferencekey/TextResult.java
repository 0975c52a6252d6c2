package dev.inferencekey;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text model's answer.
 *
 * @param text what it says; empty if it only calls tools
 * @param toolCalls the tools that it wants called, in its order; empty if none
 * @param reasoning what it thought before, where the server tells ({@code reasoning_content} or {@code reasoning}); null otherwise
 * @param refusal why it does not answer, where the server tells; null otherwise
 * @param model as the model server names it
 * @param finishReason why it stopped: {@code stop}, {@code length}, {@code tool_calls}, …
 * @param usage null if the server does not count
 * @param raw the whole answer
 */
public record TextResult(
        String text,
        List<ToolCall> toolCalls,
        @Nullable String reasoning,
        @Nullable String refusal,
        @Nullable String model,
        @Nullable String finishReason,
        @Nullable Usage usage,
        RawJson raw) {
    public TextResult {
        toolCalls = List.copyOf(toolCalls);
    }

    /** The answer as a message, to go on with the conversation. */
    public ChatMessage message() {
        return ChatMessage.assistant(text, toolCalls);
    }

    /** The beginning of the text, without credentials, and what else there is; without the raw answer. */
    @Override
    public String toString() {
        return "TextResult[" + Shown.text(text)
                + (toolCalls.isEmpty() ? "" : ", toolCalls=" + Shown.list(toolCalls))
                + ", model=" + Shown.name(model) + ", finishReason=" + Shown.name(finishReason) + ", usage=" + usage
                + "]";
    }
}
