package dev.inferencekey.spring.ai;

import org.jspecify.annotations.Nullable;
import org.springframework.ai.image.ImageGenerationMetadata;

/**
 * What is known of a picture beside its content. Immutable.
 *
 * @param mediaType such as {@code image/png}; null if it is not known, as where the server gave an address
 * @param revisedPrompt what the model made of the prompt; null if it does not tell
 */
public record InferenceKeyImageMetadata(
        @Nullable String mediaType, @Nullable String revisedPrompt) implements ImageGenerationMetadata {}
