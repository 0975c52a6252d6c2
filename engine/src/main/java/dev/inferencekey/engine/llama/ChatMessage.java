package dev.inferencekey.engine.llama;

/**
 * One turn of a conversation.
 *
 * @param role who speaks, in the words of chat templates: {@code system}, {@code user}, {@code assistant}, {@code tool}
 * @param content what is said
 */
public record ChatMessage(String role, String content) {}
