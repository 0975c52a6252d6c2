package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.ports.access.EndpointSpending;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How long an answer may be: under a budget, what it may cost has to be known before it begins. Immutable.
 *
 * <p>Notes. Engines read different members, prefer one to another in different ways, and take 0 or less for no bound or for an error. So all that
 * any of them reads on the route is taken out, and one member that each of them reads is written ({@link JsonBodyRewriter}). Where the context of the model is declared, the input is left room in it: engines refuse what can't fit. Bytes are an upper bound of
 * the input's tokens; where they alone would fill the context, they are taken for what they usually are.
 *
 * @param key what says it to the model server
 * @param contextTokens null if it is not known
 */
record OutputBound(Member key, @Nullable Integer contextTokens) {
    /** Where the context is not known. */
    static final long UNKNOWN_CONTEXT = 4_096;

    /** However large the context is: what an answer might cost is held back while it is under way. */
    static final long MAX = 16_384;

    private static final int BYTES_PER_TOKEN = 4;

    /** What model servers call it. */
    enum Member {
        MAX_TOKENS,
        MAX_COMPLETION_TOKENS,
        MAX_OUTPUT_TOKENS;

        private final byte[] bytes = ("\"" + name().toLowerCase(Locale.ROOT) + "\":").getBytes(US_ASCII);

        /** As it stands in JSON, with the colon behind it; not to be changed. */
        byte[] bytes() {
            return bytes;
        }
    }

    /** Of calls of this route; null if its answers are not text that a model writes. */
    static @Nullable OutputBound of(InferenceRoute route, EndpointSpending spending) {
        if (!TokenEstimate.generates(route)) {
            return null;
        }
        Member key = route == InferenceRoute.RESPONSES
                ? Member.MAX_OUTPUT_TOKENS
                : route == InferenceRoute.CHAT_COMPLETIONS && spending.wantsCompletionTokens()
                        ? Member.MAX_COMPLETION_TOKENS
                        : Member.MAX_TOKENS;
        return new OutputBound(key, spending.contextTokens());
    }

    /** The bound behind an input of so many bytes. */
    long behind(long bytes) {
        if (contextTokens == null) {
            return UNKNOWN_CONTEXT;
        }
        long context = contextTokens;
        long room = bytes <= context / 2 ? context - bytes : (context - bytes / BYTES_PER_TOKEN) / 2;
        return Math.clamp(room, 1, MAX);
    }

    /** The most that one answer has if its caller asks for {@code asked}: no more than the context, nor than any engine can count. */
    long capped(long asked) {
        return Math.min(asked, contextTokens == null ? Integer.MAX_VALUE : contextTokens);
    }
}
