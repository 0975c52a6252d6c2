package dev.inferencekey.server.background.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * When each workload was last asked for, so that what nobody asks for may sleep. Asks count for the idle time that was set, 10 minutes
 * unless told otherwise. Thread-safe.
 */
final class Demand {
    private final InstantSource clock;
    private final Duration idle;
    private final Map<String, Instant> lastAsked = new ConcurrentHashMap<>();

    Demand(InstantSource clock, Duration idle) {
        this.clock = clock;
        this.idle = idle;
    }

    /** Returns whether the workload was not in demand before. */
    boolean asked(String workloadId) {
        Instant now = clock.instant();
        Instant before = lastAsked.put(workloadId, now);
        return before == null || !now.isBefore(before.plus(idle));
    }

    /** 1 while in demand, 0 when idle. */
    int of(String workloadId, Instant now) {
        Instant end = end(workloadId, now);
        return end == null ? 0 : 1;
    }

    /** When the demand ends if nobody asks again; null if it has ended. */
    @Nullable
    Instant end(String workloadId, Instant now) {
        Instant asked = lastAsked.get(workloadId);
        return asked == null || !now.isBefore(asked.plus(idle)) ? null : asked.plus(idle);
    }

    void forget(String workloadId) {
        lastAsked.remove(workloadId);
    }
}
