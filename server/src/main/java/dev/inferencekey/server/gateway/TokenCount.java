package dev.inferencekey.server.gateway;

import org.jspecify.annotations.Nullable;

/**
 * The tokens that a request has used; null for what is not known.
 *
 * @param cached the part of the input that came from a cache
 * @param estimated they are not what the model server says of the whole answer, but what was sent and passed on
 */
record TokenCount(
        @Nullable Long input,
        @Nullable Long output,
        @Nullable Long cached,
        boolean estimated) {
    static final TokenCount UNKNOWN = new TokenCount(null, null, null, false);

    boolean known() {
        return input != null || output != null;
    }

    long total() {
        return (input == null ? 0 : input) + (output == null ? 0 : output);
    }
}
