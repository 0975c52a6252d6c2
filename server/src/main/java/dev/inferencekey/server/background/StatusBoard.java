package dev.inferencekey.server.background;

import dev.inferencekey.server.ports.runtime.WorkloadRuntime;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where statuses are posted and read. Thread-safe; consumers are called under the lock of this object, which is what gives every one
 * of them the present status first and then each change in order. They must not block.
 */
final class StatusBoard {
    private static final Logger LOG = LoggerFactory.getLogger(StatusBoard.class);

    private final Map<String, WorkloadStatus> statuses = new HashMap<>();
    private final Map<String, List<Entry>> entries = new HashMap<>();

    synchronized @Nullable WorkloadStatus find(String workloadId) {
        return statuses.get(workloadId);
    }

    synchronized void post(String workloadId, WorkloadStatus status) {
        if (!status.equals(statuses.put(workloadId, status))) {
            tell(workloadId, status);
        }
    }

    /** Tells one last status and forgets the workload. */
    synchronized void remove(String workloadId, WorkloadStatus last) {
        if (statuses.remove(workloadId) != null) {
            tell(workloadId, last);
        }
    }

    private void tell(String workloadId, WorkloadStatus status) {
        // Copied: a consumer may close its own subscription.
        for (Entry entry : List.copyOf(entries.getOrDefault(workloadId, List.of()))) {
            entry.tell(status);
        }
    }

    /** @param unseen what is told first if nothing was posted yet */
    synchronized WorkloadRuntime.Subscription subscribe(
            String workloadId, WorkloadStatus unseen, Consumer<WorkloadStatus> onStatus) {
        Entry entry = new Entry(workloadId, onStatus);
        entries.computeIfAbsent(workloadId, id -> new ArrayList<>()).add(entry);
        entry.tell(statuses.getOrDefault(workloadId, unseen));
        return entry;
    }

    private final class Entry implements WorkloadRuntime.Subscription {
        private final String workloadId;
        private final Consumer<WorkloadStatus> onStatus;

        Entry(String workloadId, Consumer<WorkloadStatus> onStatus) {
            this.workloadId = workloadId;
            this.onStatus = onStatus;
        }

        void tell(WorkloadStatus status) {
            try {
                onStatus.accept(status);
            } catch (RuntimeException e) {
                // One consumer's trouble must not keep the news from the others.
                LOG.warn("status board: a consumer failed workload={}", workloadId, e);
            }
        }

        @Override
        public void close() {
            synchronized (StatusBoard.this) {
                List<Entry> list = entries.get(workloadId);
                if (list != null && list.remove(this) && list.isEmpty()) {
                    entries.remove(workloadId);
                }
            }
        }
    }
}
