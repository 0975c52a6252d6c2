package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.ports.runtime.WorkloadRuntime.Subscription;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The present status of each workload and who wants to hear of changes. Thread-safe. Invariant: consumers are called under the lock, so
 * each hears the present status first and then every change in order; they must not block.
 */
final class StatusBoard {
    private final Map<String, WorkloadStatus> statuses = new HashMap<>();
    private final Map<String, List<Consumer<WorkloadStatus>>> listeners = new HashMap<>();

    synchronized @Nullable WorkloadStatus get(String workloadId) {
        return statuses.get(workloadId);
    }

    /** Tells the listeners, unless nothing has changed. */
    synchronized void put(String workloadId, WorkloadStatus status) {
        if (!status.equals(statuses.put(workloadId, status))) {
            listeners.getOrDefault(workloadId, List.of()).forEach(listener -> listener.accept(status));
        }
    }

    synchronized void remove(String workloadId) {
        statuses.remove(workloadId);
    }

    synchronized Subscription subscribe(
            String workloadId, WorkloadStatus unlessKnown, Consumer<WorkloadStatus> listener) {
        listeners.computeIfAbsent(workloadId, id -> new ArrayList<>()).add(listener);
        listener.accept(statuses.getOrDefault(workloadId, unlessKnown));
        return () -> unsubscribe(workloadId, listener);
    }

    private synchronized void unsubscribe(String workloadId, Consumer<WorkloadStatus> listener) {
        listeners.computeIfPresent(workloadId, (id, all) -> {
            all.remove(listener);
            return all.isEmpty() ? null : all;
        });
    }
}
