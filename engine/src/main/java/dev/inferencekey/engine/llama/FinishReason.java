package dev.inferencekey.engine.llama;

/** Why an answer ended. */
public enum FinishReason {
    /** The model ended it, or a stop text came. */
    STOP,
    /** Its limit of tokens, or the context, was used up. */
    LENGTH
}
