/**
 * Endpoints as models of Spring AI: {@link dev.inferencekey.spring.ai.InferenceKeyChatModel} for chat, {@link
 * dev.inferencekey.spring.ai.InferenceKeyEmbeddingModel} for vectors, {@link dev.inferencekey.spring.ai.InferenceKeyReranker} for documents that
 * were found.
 */
@NullMarked
package dev.inferencekey.spring.ai;

import org.jspecify.annotations.NullMarked;
