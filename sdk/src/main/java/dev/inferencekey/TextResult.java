package dev.inferencekey;

import org.jspecify.annotations.Nullable;

/**
 * A text model's answer.
 *
 * @param text what it says; empty if it only calls tools, which are in {@code raw}
 * @param model as the model server names it
 * @param finishReason why it stopped: {@code stop}, {@code length}, {@code tool_calls}, …
 * @param usage null if the server does not count
 * @param raw the whole answer
 */
public record TextResult(
        String text,
        @Nullable String model,
        @Nullable String finishReason,
        @Nullable Usage usage,
        RawJson raw) {}
