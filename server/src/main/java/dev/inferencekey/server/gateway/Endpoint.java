package dev.inferencekey.server.gateway;

import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.EndpointEntry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A workload's endpoint in the access table: what it is, what serves it, and who waits for that to change.
 *
 * <p>Thread-safe. Written under the table's lock, read without one. A waiter adds itself and then looks again, and a writer writes and
 * then wakes, so no change is missed.
 */
final class Endpoint {
    private volatile EndpointEntry entry;
    private volatile Serving serving = Serving.UNKNOWN;
    private volatile boolean removed;
    private final Set<HeldRequests.Place> waiters = ConcurrentHashMap.newKeySet();
    /** Stays when limits are taken off, so that setting them again gives no new minute. */
    private volatile @Nullable Limiter limiter;

    private volatile @Nullable WorkloadCounters counters;

    Endpoint(EndpointEntry entry) {
        this.entry = entry;
        limit(entry);
    }

    EndpointEntry entry() {
        return entry;
    }

    Serving serving() {
        return serving;
    }

    /** What counts towards the workload's limits, null if it has none. */
    @Nullable
    Limiter limiter() {
        return entry.limits().unlimited() ? null : limiter;
    }

    /** Whether the workload has gone since the endpoint was looked up. */
    boolean removed() {
        return removed;
    }

    /** Where to count its requests; null before the first one, see {@link WorkloadSeries}. */
    @Nullable
    WorkloadCounters counters() {
        return counters;
    }

    void setCounters(WorkloadCounters given) {
        counters = given;
    }

    /** {@code waiter} is told of each change from now on. */
    void addWaiter(HeldRequests.Place waiter) {
        waiters.add(waiter);
    }

    void removeWaiter(HeldRequests.Place waiter) {
        waiters.remove(waiter);
    }

    void update(EndpointEntry changed) {
        // First the limiter: whoever sees the limits finds it.
        limit(changed);
        entry = changed;
    }

    private void limit(EndpointEntry entry) {
        Limiter known = limiter;
        if (known != null) {
            known.change(entry.limits());
        } else if (!entry.limits().unlimited()) {
            limiter = Limiter.ofWorkload(entry.workloadSlug(), entry.limits());
        }
    }

    void setBackends(Backends backends) {
        serving = Serving.of(backends, serving);
        HeldRequests.inTurns(waiters).forEach(HeldRequests.Place::tellOfChange);
    }

    void remove() {
        removed = true;
        HeldRequests.inTurns(waiters).forEach(HeldRequests.Place::tellOfChange);
    }
}
