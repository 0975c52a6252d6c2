package dev.inferencekey;

import org.jspecify.annotations.Nullable;

/**
 * How a workload is doing.
 *
 * @param phase {@code scheduling}, {@code provisioning}, {@code bootstrapping}, {@code ready} or {@code error}; newer servers may
 *     know others
 * @param message for people
 * @param readyReplicas how many serve now
 * @param desiredReplicas how many should
 */
public record WorkloadStatus(String phase, @Nullable String message, int readyReplicas, int desiredReplicas) {}
