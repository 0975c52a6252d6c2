package dev.inferencekey.engine.options;

/** What a loaded model is for; llama.cpp prepares a model for exactly one of these. */
public enum Task {
    /** Continues text: chat and completions. */
    GENERATE,
    /** Turns text into vectors ({@code --embedding}). */
    EMBED,
    /** Scores documents against a query ({@code --reranking}). */
    RERANK
}
