package dev.inferencekey;

import org.jspecify.annotations.Nullable;

/**
 * A piece of a text model's answer.
 *
 * @param text what it adds; empty for pieces that carry something else, such as the role, a tool call or the usage
 * @param finishReason null until the last piece with text
 * @param raw the whole piece
 */
public record TextChunk(String text, @Nullable String finishReason, RawJson raw) {}
