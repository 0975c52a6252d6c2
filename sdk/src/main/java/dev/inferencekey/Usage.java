package dev.inferencekey;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a call used, in tokens.
 *
 * @param inputTokens of the prompt
 * @param outputTokens of the answer; 0 where there is none, as with embeddings
 * @param totalTokens of both
 */
public record Usage(long inputTokens, long outputTokens, long totalTokens) {
    /** Reads the chat names ({@code prompt_tokens}, …) and the job names ({@code input_tokens}, …); null if there is no usage. */
    static @Nullable Usage read(@Nullable Map<?, ?> json) {
        if (json == null) {
            return null;
        }
        long input = count(json, "prompt_tokens", "input_tokens");
        long output = count(json, "completion_tokens", "output_tokens");
        Long total = JsonShape.integer(json, "total_tokens");
        return new Usage(input, output, total == null ? input + output : total);
    }

    private static long count(Map<?, ?> json, String name, String otherName) {
        Long value = JsonShape.integer(json, name);
        Long other = value == null ? JsonShape.integer(json, otherName) : value;
        return other == null ? 0 : other;
    }
}
