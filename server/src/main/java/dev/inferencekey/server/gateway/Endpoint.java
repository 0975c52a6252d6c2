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
    private volatile @Nullable WorkloadCounters counters;
    private final Set<Runnable> waiters = ConcurrentHashMap.newKeySet();

    Endpoint(EndpointEntry entry) {
        this.entry = entry;
    }

    EndpointEntry entry() {
        return entry;
    }

    Serving serving() {
        return serving;
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

    /** {@code wake} is run, on any thread, after each change from now on. It must return at once. */
    void addWaiter(Runnable wake) {
        waiters.add(wake);
    }

    void removeWaiter(Runnable wake) {
        waiters.remove(wake);
    }

    void update(EndpointEntry changed) {
        entry = changed;
    }

    void setBackends(Backends backends) {
        serving = Serving.of(backends, serving);
        waiters.forEach(Runnable::run);
    }

    void remove() {
        removed = true;
        waiters.forEach(Runnable::run);
    }
}
