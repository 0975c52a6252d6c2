package dev.inferencekey.server.domain.usage;

import org.jspecify.annotations.Nullable;

/** How long things took, in microseconds, with an error of at most {@link LatencyHistogram#MAX_ERROR}. */
public record Percentiles(long p50, long p95, long p99) {
    /** Null if nothing was counted. */
    static @Nullable Percentiles of(LatencyHistogram times) {
        return times.count() == 0
                ? null
                : new Percentiles(
                        times.percentile(0.50).orElseThrow(),
                        times.percentile(0.95).orElseThrow(),
                        times.percentile(0.99).orElseThrow());
    }
}
