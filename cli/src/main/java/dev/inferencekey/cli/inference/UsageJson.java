package dev.inferencekey.cli.inference;

import dev.inferencekey.Usage;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What a call used, as a part of a JSON answer. Stateless. */
final class UsageJson {
    private UsageJson() {}

    static void add(ObjectNode document, @Nullable Usage usage) {
        if (usage == null) {
            document.putNull("usage");
            return;
        }
        document.putObject("usage")
                .put("input_tokens", usage.inputTokens())
                .put("output_tokens", usage.outputTokens())
                .put("total_tokens", usage.totalTokens());
    }
}
