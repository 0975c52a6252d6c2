package dev.inferencekey.engine.llama;

/**
 * Text that a model continues or embeds, and its true length.
 *
 * @param text the text as llama.cpp gets it, after the chat template
 * @param tokens its tokens, those included that llama.cpp adds at the ends
 */
public record Prompt(String text, int tokens) {}
