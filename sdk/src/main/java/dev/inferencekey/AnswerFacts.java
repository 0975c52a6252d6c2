package dev.inferencekey;

import org.jspecify.annotations.Nullable;

/** What an answer says of itself, for those who watch. */
record AnswerFacts(
        @Nullable String model,
        @Nullable String finishReason,
        @Nullable Usage usage) {
    /** Of an answer that says nothing, or of none. */
    static final AnswerFacts NONE = new AnswerFacts(null, null, null);

    /** Of what a caller gets. */
    static AnswerFacts of(@Nullable Object result) {
        if (result instanceof TextResult text) {
            return new AnswerFacts(text.model(), text.finishReason(), text.usage());
        }
        if (result instanceof ObjectResult<?> object) {
            return of(object.answer());
        }
        if (result instanceof ObjectResult<?> object) {
            return of(object.answer());
        }
        if (result instanceof EmbedResult embedded) {
            return new AnswerFacts(embedded.model(), null, embedded.usage());
        }
        if (result instanceof RerankResult ranked) {
            return new AnswerFacts(ranked.model(), null, null);
        }
        if (result instanceof ImageResult drawn) {
            return new AnswerFacts(drawn.model(), null, drawn.usage());
        }
        if (result instanceof TranscriptionResult heard) {
            return new AnswerFacts(null, null, heard.usage());
        }
        return NONE;
    }
}
