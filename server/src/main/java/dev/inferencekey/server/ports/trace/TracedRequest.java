package dev.inferencekey.server.ports.trace;

import dev.inferencekey.server.domain.inference.InferenceRoute;
import org.jspecify.annotations.Nullable;

/**
 * What a request was, in words that are fit for a trace: names that the platform knows, and no text of a caller's making.
 *
 * @param route null if none was served
 * @param project empty if the caller is not known
 * @param workload empty if none was addressed that the caller may know of
 * @param keyPublicId which key called, empty if the caller is not known
 * @param model what the model server knows its model by; null if none was reached
 * @param replica the model server, null if none was reached
 * @param status as the caller saw it; 499 if it left before
 * @param error the code of the gateway's own error, null if there was none
 * @param firstByteMicros from the request's head to the answer's first byte, microseconds; -1 if none came
 */
public record TracedRequest(
        @Nullable InferenceRoute route,
        String project,
        String workload,
        String keyPublicId,
        String requestId,
        String clientAddress,
        @Nullable String model,
        @Nullable String replica,
        int status,
        @Nullable String error,
        @Nullable Long inputTokens,
        @Nullable Long outputTokens,
        @Nullable Long cachedTokens,
        long firstByteMicros,
        long requestBytes,
        long responseBytes,
        boolean streamed,
        boolean cancelled) {}
