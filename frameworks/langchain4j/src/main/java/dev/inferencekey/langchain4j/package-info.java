/**
 * Endpoints as models of LangChain4j: {@link dev.inferencekey.langchain4j.InferenceKeyChatModel} and {@link
 * dev.inferencekey.langchain4j.InferenceKeyStreamingChatModel} for chat, {@link dev.inferencekey.langchain4j.InferenceKeyEmbeddingModel} for
 * vectors, {@link dev.inferencekey.langchain4j.InferenceKeyScoringModel} for reranking, {@link
 * dev.inferencekey.langchain4j.InferenceKeyImageModel} for pictures, and {@link
 * dev.inferencekey.langchain4j.InferenceKeyAudioTranscriptionModel} for recordings.
 *
 * <p>What goes wrong is thrown as LangChain4j's own exceptions, with this client's as the cause. Calls are tried again as the {@link
 * dev.inferencekey.DataClient} is set to, and nowhere else.
 */
@NullMarked
package dev.inferencekey.langchain4j;

import org.jspecify.annotations.NullMarked;
