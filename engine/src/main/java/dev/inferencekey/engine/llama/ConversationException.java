package dev.inferencekey.engine.llama;

import java.io.Serial;

/** Messages in an order that a chat template may refuse; the message says which order is safe. */
public final class ConversationException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    ConversationException(String message) {
        super(message);
    }
}
