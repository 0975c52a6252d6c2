package dev.inferencekey.server.domain.metering;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one replica has counted, as it was last asked.
 *
 * @param replicaId {@code rep_…}; {@link #EARLIER} for all those together that are too long gone to be told apart
 * @param node where it runs
 * @param engine null if it has no counters; then {@code problem} says why
 * @param startedAt when it could first be called
 * @param readAt when its counters were last read, or that was tried
 * @param endedAt when it was stopped, right after it was last read; null while it runs, or if its node ended without a last look
 * @param promptTokens since {@code startedAt}
 * @param outputTokens since {@code startedAt}
 * @param resets how often its counters began anew meanwhile; what was counted between the last look before and that moment is not known
 * @param problem one sentence, null if all is well
 */
public record ReplicaCount(
        String replicaId,
        String workloadId,
        String node,
        @Nullable CountingEngine engine,
        Instant startedAt,
        Instant readAt,
        @Nullable Instant endedAt,
        long promptTokens,
        long outputTokens,
        long resets,
        @Nullable String problem) {
    /** Stands for the replicas of a workload that are no longer kept one by one. */
    public static final String EARLIER = "earlier";

    public boolean counts() {
        return engine != null;
    }

    /** Both together, under the name of those that are no longer kept one by one. */
    public ReplicaCount foldedInto(ReplicaCount earlier) {
        return new ReplicaCount(
                EARLIER,
                workloadId,
                "",
                counts() ? engine : earlier.engine,
                startedAt.isBefore(earlier.startedAt) ? startedAt : earlier.startedAt,
                readAt.isAfter(earlier.readAt) ? readAt : earlier.readAt,
                later(endedAt, earlier.endedAt),
                promptTokens + earlier.promptTokens,
                outputTokens + earlier.outputTokens,
                resets + earlier.resets,
                earlier.problem != null ? earlier.problem : problem);
    }

    private static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isAfter(other) ? one : other;
    }
}
