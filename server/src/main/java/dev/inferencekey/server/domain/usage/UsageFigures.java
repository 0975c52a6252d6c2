package dev.inferencekey.server.domain.usage;

import org.jspecify.annotations.Nullable;

/**
 * What a number of requests come to. Tokens, and with them costs, count what model servers reported or what was estimated in its place.
 *
 * @param failed those with a status of 400 or above, and those whose answers broke or told of an error after a good status
 * @param costNanoUsd in nano-USD, of those requests whose workload had a price
 * @param duration from the head of the request to the last byte of the answer; null without requests
 * @param firstByte to the first byte of the answer's body; null if no request got one
 */
public record UsageFigures(
        long requests,
        long failed,
        long inputTokens,
        long outputTokens,
        long cachedTokens,
        long costNanoUsd,
        @Nullable Percentiles duration,
        @Nullable Percentiles firstByte) {
    /** What no request comes to. */
    public static final UsageFigures NONE = new UsageFigures(0, 0, 0, 0, 0, 0, null, null);
}
