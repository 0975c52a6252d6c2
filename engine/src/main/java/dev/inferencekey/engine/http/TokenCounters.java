package dev.inferencekey.engine.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;

/**
 * What was read and generated since the start, under llama-server's names for it. As there, embeddings and reranking count for nothing,
 * and neither does an answer that was broken off. Thread-safe.
 */
final class TokenCounters {
    private final LongAdder prompt = new LongAdder();
    private final LongAdder predicted = new LongAdder();

    void addPrompt(int tokens) {
        prompt.add(tokens);
    }

    void addPredicted(int tokens) {
        predicted.add(tokens);
    }

    void show(Exchange exchange) throws IOException {
        exchange.send("text/plain; version=0.0.4", """
                # HELP llamacpp:prompt_tokens_total Number of prompt tokens processed.
                # TYPE llamacpp:prompt_tokens_total counter
                llamacpp:prompt_tokens_total %d
                # HELP llamacpp:tokens_predicted_total Number of generation tokens processed.
                # TYPE llamacpp:tokens_predicted_total counter
                llamacpp:tokens_predicted_total %d
                """.formatted(prompt.sum(), predicted.sum())
                .getBytes(StandardCharsets.UTF_8));
    }
}
