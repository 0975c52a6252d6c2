package dev.inferencekey;

import java.util.Locale;

/** What a job does: each is the same as a synchronous route. See {@link Endpoint#submitJob} for which servers have jobs. */
public enum JobKind {
    CHAT,
    CHAT_COMPLETIONS,
    EMBEDDINGS,
    RERANK,
    RERANKING,
    AUDIO_SPEECH,
    AUDIO_GENERATE,
    AUDIO_TRANSCRIPTIONS,
    IMAGES,
    IMAGES_GENERATIONS,
    IMAGES_EDITS,
    IMAGES_VARIATIONS,
    FORECAST,
    CLASSIFICATION,
    REWARD;

    private final String wire = name().toLowerCase(Locale.ROOT);

    /** The name on the wire. */
    public String wire() {
        return wire;
    }
}
