package dev.inferencekey.spring.ai;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Which endpoints are models of Spring AI. Immutable.
 *
 * @param chat of the chat model
 * @param embedding of the embedding model
 * @param rerank of the reranker
 */
@ConfigurationProperties("inferencekey.ai")
public record InferenceKeyAiProperties(
        @DefaultValue Chat chat,
        @DefaultValue Embedding embedding,
        @DefaultValue Rerank rerank) {
    /**
     * Of the chat model.
     *
     * @param endpoint a name below {@code inferencekey.endpoints}
     * @param temperature how freely the model chooses, where a prompt does not say
     * @param maxTokens the most tokens to answer with, where a prompt does not say
     */
    public record Chat(
            @Nullable String endpoint,
            @Nullable Double temperature,
            @Nullable Integer maxTokens) {}

    /**
     * Of the embedding model.
     *
     * @param endpoint a name below {@code inferencekey.endpoints}
     */
    public record Embedding(@Nullable String endpoint) {}

    /**
     * Of the reranker.
     *
     * @param endpoint a name below {@code inferencekey.endpoints}
     * @param topN how many documents are kept; null: all
     */
    public record Rerank(
            @Nullable String endpoint, @Nullable Integer topN) {}
}
