package dev.inferencekey.server.runtime.simulator;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One answer to a prompt.
 *
 * @param tool the function that it calls, null if it is for people
 * @param text what it says, or the arguments of the call
 */
record Reply(@Nullable String tool, SimulatedText text) {
    /** @param index which of several answers to the same prompt it is */
    static Reply to(
            String prompt, int index, TextOptions options, AnswerFormat format, ToolUse tools, SimulatorConfig config) {
        String variation = options.variation() + (index == 0 ? "" : "\0answer " + index);
        Integer limit = options.limit() == 0 ? null : options.limit();
        long seed = SimulatedText.seed(prompt + variation);
        Optional<ToolUse.Tool> tool = tools.next();
        if (tool.isPresent()) {
            String arguments = tool.get().arguments(seed);
            return new Reply(tool.get().name(), SimulatedText.of(arguments, prompt, limit));
        }
        if (format.json()) {
            return new Reply(
                    null, SimulatedText.of(format.answer(seed), prompt, limit).until(options.stops()));
        }
        Integer wanted = options.exact() && limit != null ? limit : config.outputTokens();
        SimulatedText text = SimulatedText.answer(prompt, variation, wanted, limit);
        if (text.tokens().size() < options.least() && !text.cutOff()) {
            text = SimulatedText.answer(prompt, variation, options.least(), limit);
        }
        return new Reply(null, text.until(options.stops()));
    }

    /** {@code finish_reason} as OpenAI has it. */
    String finishReason() {
        return text.cutOff() ? "length" : tool != null ? "tool_calls" : "stop";
    }
}
