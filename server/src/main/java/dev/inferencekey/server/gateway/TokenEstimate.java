package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.inference.InferenceRoute;

/**
 * How many tokens a request is expected to use, before a model server has told. Stateless.
 *
 * <p>Notes. A JSON body counts a token for each four bytes; files count nothing. Where text is generated, the output that the caller asks
 * for is added ({@code max_tokens}, {@code max_completion_tokens}, {@code max_output_tokens}), or {@value #UNSTATED_OUTPUT} if it asks for
 * no number. Being wrong costs little, because the truth replaces the estimate when the request ends.
 */
final class TokenEstimate {
    static final int UNSTATED_OUTPUT = 256;

    private static final int BYTES_PER_TOKEN = 4;

    private TokenEstimate() {}

    /**
     * By the head alone: no more than what the body, once it is known, can make of it, so that nobody is refused too early.
     *
     * @param contentLength -1 if it is not declared
     */
    static long ofHead(InferenceRoute route, long contentLength) {
        return route.body() == InferenceRoute.Body.JSON ? Math.ceilDiv(Math.max(0, contentLength), BYTES_PER_TOKEN) : 0;
    }

    /**
     * By what has come of the body when it is sent on.
     *
     * @param bytes the body's length as far as it is known
     * @param askedOutput what the caller asks for, -1 if it does not say
     */
    static long ofBody(InferenceRoute route, long bytes, long askedOutput) {
        return ofHead(route, bytes) + (generates(route) ? askedOutput < 0 ? UNSTATED_OUTPUT : askedOutput : 0);
    }

    private static boolean generates(InferenceRoute route) {
        return route == InferenceRoute.CHAT_COMPLETIONS
                || route == InferenceRoute.COMPLETIONS
                || route == InferenceRoute.RESPONSES;
    }
}
