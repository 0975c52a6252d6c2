package dev.inferencekey;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks a model until it answers in words, calling the tools that it wants called in between. For one thread. */
final class ToolLoop {
    private final Function<TextParams, TextResult> ask;
    private final Toolbox toolbox;

    ToolLoop(Function<TextParams, TextResult> ask, Toolbox toolbox) {
        this.ask = ask;
        this.toolbox = toolbox;
    }

    ToolRun run(TextParams params) {
        if (params.sets("tools")) {
            throw new ValidationException("the tools of a run are those of the toolbox; set none in the params");
        }
        List<ChatMessage> messages = new ArrayList<>(params.messages());
        TextParams next = params.toBuilder().tools(toolbox.tools()).build();
        Usage usage = null;
        for (int round = 1; ; round++) {
            TextResult answer = ask.apply(next);
            usage = sum(usage, answer.usage());
            messages.add(answer.message());
            if (answer.toolCalls().isEmpty()) {
                return new ToolRun(answer, messages, round, usage);
            }
            if (round == toolbox.maxRounds()) {
                throw new ApiException(
                        "api error [tool_rounds]: the model still calls tools after " + round
                                + " rounds, the most that maxRounds allows",
                        ErrorDetails.NONE);
            }
            for (ToolCall call : answer.toolCalls()) {
                messages.add(ChatMessage.toolResult(call, toolbox.call(call)));
            }
            // A tool that must be called must be called once, or no run would end.
            next = next.toBuilder()
                    .messages(messages)
                    .toolChoice(ToolChoice.auto())
                    .build();
        }
    }

    private static @Nullable Usage sum(@Nullable Usage left, @Nullable Usage right) {
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        return new Usage(
                left.inputTokens() + right.inputTokens(),
                left.outputTokens() + right.outputTokens(),
                left.totalTokens() + right.totalTokens());
    }
}
