package dev.inferencekey.server.gateway;

import org.jspecify.annotations.Nullable;

/**
 * The tokens that a request has used; null for what is not known. Each is from 0 to {@link #MOST}, whatever a model server claims: so sums
 * of millions of requests stay far from overflow.
 *
 * @param cached the part of the input that came from a cache
 * @param estimated they are not what the model server says of the whole answer, but what was sent and passed on
 */
record TokenCount(
        @Nullable Long input,
        @Nullable Long output,
        @Nullable Long cached,
        boolean estimated) {
    static final long MOST = 1_000_000_000_000L;

    static final TokenCount UNKNOWN = new TokenCount(null, null, null, false);

    TokenCount {
        input = bounded(input);
        output = bounded(output);
        cached = bounded(cached);
    }

    private static @Nullable Long bounded(@Nullable Long tokens) {
        return tokens == null ? null : Long.valueOf(Math.clamp(tokens, 0, MOST));
    }

    boolean known() {
        return input != null || output != null;
    }

    long total() {
        return (input == null ? 0 : input) + (output == null ? 0 : output);
    }
}
