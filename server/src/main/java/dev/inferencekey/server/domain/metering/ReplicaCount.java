package dev.inferencekey.server.domain.metering;

import java.time.Duration;
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
 * @param endedAt when it was stopped; null while it runs, or if its node is lost
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

    /** A look this long before the end is the last one. */
    private static final Duration AT_END = Duration.ofSeconds(5);

    public boolean counts() {
        return engine != null;
    }

    /** The same of one that has ended then. */
    public ReplicaCount ended(Instant at) {
        return new ReplicaCount(
                replicaId,
                workloadId,
                node,
                engine,
                startedAt,
                readAt,
                at,
                promptTokens,
                outputTokens,
                resets,
                problem);
    }

    /** Whether it has ended and was read right before that. */
    public boolean readAtEnd() {
        return endedAt != null && !endedAt.isAfter(readAt.plus(AT_END));
    }
}
