package dev.inferencekey.server.manager.session;

import dev.inferencekey.server.domain.limit.AttemptLimit;
import dev.inferencekey.server.ports.store.AttemptStore;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Attempts that this process counts by itself. Forgets the longest unused beyond a number of buckets. Thread-safe. */
final class LocalAttempts implements AttemptStore {
    private final int maxBuckets;

    // The instant at which the bucket is full again; guarded by this.
    private final Map<String, Instant> fullAt = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > maxBuckets;
        }
    };

    LocalAttempts(int maxBuckets) {
        this.maxBuckets = maxBuckets;
    }

    @Override
    public synchronized Optional<Duration> take(String bucket, AttemptLimit limit, Instant now) {
        Instant full = fullAt.getOrDefault(bucket, now);
        Optional<Instant> next = limit.after(full, now);
        next.ifPresent(at -> fullAt.put(bucket, at));
        return next.isPresent() ? Optional.empty() : Optional.of(limit.wait(full, now));
    }

    @Override
    public synchronized void fill(String bucket) {
        fullAt.remove(bucket);
    }

    @Override
    public synchronized void trim(Instant now, int keep) {
        fullAt.values().removeIf(full -> !full.isAfter(now));
    }
}
