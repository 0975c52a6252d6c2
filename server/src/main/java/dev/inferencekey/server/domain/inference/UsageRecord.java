package dev.inferencekey.server.domain.inference;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one data-plane request leaves behind, for the bill and for the graphs. One for every request that an alive key made,
 * refused and cancelled ones too.
 *
 * @param id time-ordered and unique; makes a repeated import harmless
 * @param requestId the answer's {@code X-Request-Id}: the caller's own if it sent one, so not unique; empty in records of before it was kept
 * @param at when the request's head was complete
 * @param workloadId empty if there is no such workload; then the slug is what the caller made up
 * @param publicId which secret of the key was used
 * @param route the route's path, such as {@code v1/chat/completions}
 * @param model what the backend serves, null if no model server was reached
 * @param status the HTTP status that the caller saw; 499 if the caller left before one was sent
 * @param inputTokens as the model server says, or {@code estimated}; null if neither is known
 * @param outputTokens as the model server says, or {@code estimated}; null if neither is known
 * @param cachedTokens the part of the input that came from a cache, as the model server says
 * @param durationMicros from the head of the request to the last byte of the answer, microseconds
 * @param firstByteMicros to the first byte of the answer's body, microseconds; null if none came
 * @param cancelled the caller left before the answer was whole
 * @param estimated the answer ended before the model server told its usage, so the tokens are counted by what was passed on
 * @param error the code of what went wrong, which can come after a status that tells of success; null if nothing did, or if nothing but
 *     the status is known
 * @param costNanoUsd what it costs in nano-USD by the price that held {@code at} that time; null if the workload had none, if no tokens
 *     were reported, and until the record reaches the store
 * @param unbooked what it has spent of budgets and the store had not booked yet when it was made, see
 *     {@link dev.inferencekey.server.domain.budget.UnbookedSpending}; null if it is under no budget, and for all that the store has
 */
public record UsageRecord(
        String id,
        String requestId,
        Instant at,
        String projectSlug,
        String workloadId,
        String workloadSlug,
        String keyId,
        String publicId,
        String clientAddress,
        String route,
        @Nullable String model,
        int status,
        @Nullable Long inputTokens,
        @Nullable Long outputTokens,
        @Nullable Long cachedTokens,
        long durationMicros,
        @Nullable Long firstByteMicros,
        long requestBytes,
        long responseBytes,
        boolean streamed,
        boolean cancelled,
        boolean estimated,
        @Nullable String error,
        @Nullable Long costNanoUsd,
        @Nullable String unbooked) {
    /** The lowest status of a request that failed. */
    public static final int LOWEST_FAILURE = 400;

    /** Whether the request failed, by its status or later. */
    public boolean failed() {
        return status >= LOWEST_FAILURE || error != null;
    }

    /** The same with what it costs, in nano-USD. */
    public UsageRecord withCost(long nanoUsd) {
        return new UsageRecord(
                id,
                requestId,
                at,
                projectSlug,
                workloadId,
                workloadSlug,
                keyId,
                publicId,
                clientAddress,
                route,
                model,
                status,
                inputTokens,
                outputTokens,
                cachedTokens,
                durationMicros,
                firstByteMicros,
                requestBytes,
                responseBytes,
                streamed,
                cancelled,
                estimated,
                error,
                nanoUsd,
                unbooked);
    }
}
