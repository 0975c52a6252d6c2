package dev.inferencekey.server.gateway;

import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.EndpointEntry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A workload's endpoint in one image of the access table: what it is, which never changes, and what of it lives on from image to image:
 * what serves it, who waits for that to change, and what is counted.
 *
 * <p>Thread-safe. What lives is written under the table's lock and read without one. A waiter adds itself and then looks again, and a
 * writer writes and then wakes, so no change is missed.
 */
final class Endpoint {
    private final EndpointEntry entry;
    private final Life life;

    /** What all images of one workload share. */
    private static final class Life {
        final Limiter.Maker limiters;
        volatile Serving serving = Serving.UNKNOWN;
        volatile boolean removed;
        final Set<HeldRequests.Place> waiters = ConcurrentHashMap.newKeySet();
        /** Stays when limits are taken off, so that setting them again gives no new minute. */
        volatile @Nullable Limiter limiter;

        volatile @Nullable WorkloadCounters counters;

        Life(Limiter.Maker limiters) {
            this.limiters = limiters;
        }
    }

    Endpoint(EndpointEntry entry, Limiter.Maker limiters) {
        this(entry, new Life(limiters));
    }

    private Endpoint(EndpointEntry entry, Life life) {
        this.entry = entry;
        this.life = life;
        if (life.limiter == null && !entry.limits().unlimited()) {
            life.limiter = life.limiters.ofWorkload(entry.workloadId(), entry.workloadSlug(), entry.limits());
        }
    }

    /** The same workload as it is in the next image; its limits are counted by once it is {@linkplain #inForce in force}. */
    Endpoint changed(EndpointEntry changed) {
        return new Endpoint(changed, life);
    }

    /** This is what callers find from now on. */
    void inForce() {
        Limiter known = life.limiter;
        if (known != null) {
            known.change(entry.limits());
        }
    }

    EndpointEntry entry() {
        return entry;
    }

    Serving serving() {
        return life.serving;
    }

    /** What counts towards the workload's limits, null if it has none. */
    @Nullable
    Limiter limiter() {
        return entry.limits().unlimited() ? null : life.limiter;
    }

    /** Whether the workload has gone since the endpoint was looked up. */
    boolean removed() {
        return life.removed;
    }

    /** Where to count its requests; null before the first one, see {@link WorkloadSeries}. */
    @Nullable
    WorkloadCounters counters() {
        return life.counters;
    }

    void setCounters(WorkloadCounters given) {
        life.counters = given;
    }

    /** {@code waiter} is told of each change from now on. */
    void addWaiter(HeldRequests.Place waiter) {
        life.waiters.add(waiter);
    }

    void removeWaiter(HeldRequests.Place waiter) {
        life.waiters.remove(waiter);
    }

    void setBackends(Backends backends) {
        life.serving = Serving.of(backends, life.serving);
        HeldRequests.inTurns(life.waiters).forEach(HeldRequests.Place::tellOfChange);
    }

    void remove() {
        life.removed = true;
        HeldRequests.inTurns(life.waiters).forEach(HeldRequests.Place::tellOfChange);
    }
}
