package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.inference.InferenceRoute;

/**
 * How many tokens a request is expected to use, before a model server has told. Stateless.
 *
 * <p>Notes. A JSON body counts a token for each four bytes of it that are text, and {@value #PER_FILE} for each file that stands in it as
 * base64, such as a picture; what comes as a form counts nothing. Where text is generated, the output that the caller asks for is added,
 * as often as it asks for an answer ({@code max_tokens}, {@code max_completion_tokens}, {@code max_output_tokens}; {@code n}), or {@value
 * #UNSTATED_OUTPUT} if it asks for no number. Being wrong costs little, because the truth replaces the estimate when the request ends.
 */
final class TokenEstimate {
    static final int UNSTATED_OUTPUT = 256;
    static final int PER_FILE = 1000;

    private static final int BYTES_PER_TOKEN = 4;
    private static final long MOST = Integer.MAX_VALUE;

    private TokenEstimate() {}

    /**
     * By what has come of a JSON body; no more than what all of it can make, so that nobody is refused too early.
     *
     * @param textBytes of the body without the files in it
     * @param askedOutput tokens of each answer, -1 if the caller does not say
     * @param choices how many answers are asked for, 1 or more
     */
    static long of(InferenceRoute route, long textBytes, int files, long askedOutput, long choices) {
        if (route.body() != InferenceRoute.Body.JSON) {
            return 0;
        }
        long input = ofInput(textBytes, files);
        if (!generates(route)) {
            return input;
        }
        // Cut off where no limit reaches, so that nothing overflows.
        long each = Math.min(MOST, askedOutput < 0 ? UNSTATED_OUTPUT : askedOutput);
        return input + each * Math.min(MOST, choices);
    }

    /** Of a JSON body's input alone; see {@link #of}. */
    static long ofInput(long textBytes, int files) {
        return Math.ceilDiv(textBytes, BYTES_PER_TOKEN) + (long) files * PER_FILE;
    }

    /** Of this many bytes of text, when it is not known how a model cuts them. */
    static long ofText(long bytes) {
        return bytes / BYTES_PER_TOKEN;
    }

    /** Whether calls of the route are counted in tokens. Each route is named, so that a new one is thought of. */
    static boolean usesTokens(InferenceRoute route) {
        return switch (route) {
            case CHAT_COMPLETIONS,
                    COMPLETIONS,
                    RESPONSES,
                    EMBEDDINGS,
                    RERANK,
                    RERANK_V2,
                    RERANK_UNVERSIONED,
                    SCORE,
                    POOLING,
                    CLASSIFY -> true;
            case MODELS,
                    MODEL,
                    IMAGES_GENERATIONS,
                    IMAGES_EDITS,
                    IMAGES_VARIATIONS,
                    AUDIO_SPEECH,
                    AUDIO_GENERATE,
                    AUDIO_VOICES,
                    AUDIO_TRANSCRIPTIONS,
                    AUDIO_TRANSLATIONS,
                    VIDEOS,
                    VIDEO,
                    VIDEO_CONTENT,
                    MODERATIONS,
                    FORECAST -> false;
        };
    }

    /** Whether the route's answers are text that a model writes. */
    static boolean generates(InferenceRoute route) {
        return route == InferenceRoute.CHAT_COMPLETIONS
                || route == InferenceRoute.COMPLETIONS
                || route == InferenceRoute.RESPONSES;
    }
}
