package dev.inferencekey;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a conversation in which a model called tools.
 *
 * @param answer the last answer: in words
 * @param messages the whole conversation, the answer at its end, to go on with
 * @param rounds how often the model was asked, at least 1
 * @param usage of all rounds together; null if the server does not count
 */
public record ToolRun(
        TextResult answer,
        List<ChatMessage> messages,
        int rounds,
        @Nullable Usage usage) {
    public ToolRun {
        messages = List.copyOf(messages);
    }

    /** The beginning of the answer, and how it came about. */
    @Override
    public String toString() {
        return "ToolRun[" + answer + ", rounds=" + rounds + ", usage=" + usage + "]";
    }
}
