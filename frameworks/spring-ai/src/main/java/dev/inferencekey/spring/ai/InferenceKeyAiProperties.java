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
 * @param image of the image model
 * @param speech of the speech model
 * @param transcription of the transcription model
 */
@ConfigurationProperties("inferencekey.ai")
public record InferenceKeyAiProperties(
        @DefaultValue Chat chat,
        @DefaultValue Embedding embedding,
        @DefaultValue Rerank rerank,
        @DefaultValue Image image,
        @DefaultValue Speech speech,
        @DefaultValue Transcription transcription) {
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

    /**
     * Of the image model.
     *
     * @param endpoint a name below {@code inferencekey.endpoints}
     * @param width in pixels, where a prompt does not say; with a height
     * @param height in pixels, where a prompt does not say; with a width
     * @param quality as the model names it, where a prompt does not say
     * @param responseFormat {@code b64_json} or {@code url}, where a prompt does not say
     */
    public record Image(
            @Nullable String endpoint,
            @Nullable Integer width,
            @Nullable Integer height,
            @Nullable String quality,
            @Nullable String responseFormat) {}

    /**
     * Of the speech model.
     *
     * @param endpoint a name below {@code inferencekey.endpoints}
     * @param voice as the model names it, where a prompt does not say
     * @param format such as {@code wav}, where a prompt does not say
     * @param speed from 0.25 to 4, where a prompt does not say
     */
    public record Speech(
            @Nullable String endpoint,
            @Nullable String voice,
            @Nullable String format,
            @Nullable Double speed) {}

    /**
     * Of the transcription model.
     *
     * @param endpoint a name below {@code inferencekey.endpoints}
     * @param language that is spoken, as ISO 639-1 names it, where a prompt does not say
     */
    public record Transcription(
            @Nullable String endpoint, @Nullable String language) {}
}
