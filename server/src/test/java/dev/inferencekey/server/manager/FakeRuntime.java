package dev.inferencekey.server.manager;

import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.ports.runtime.LogTail;
import dev.inferencekey.server.ports.runtime.RunningReplica;
import dev.inferencekey.server.ports.runtime.WorkloadRuntime;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A runtime that runs nothing and says what it is told to say. */
public final class FakeRuntime implements WorkloadRuntime {
    final AtomicInteger changes = new AtomicInteger();
    public volatile List<String> logLines = List.of();
    public volatile List<LogTail.Missing> missingLogs = List.of();
    public volatile List<RunningReplica> replicas = List.of();

    private final InstantSource time;
    private final Map<String, WorkloadStatus> statuses = new ConcurrentHashMap<>();
    private final Map<String, List<Consumer<WorkloadStatus>>> subscribers = new ConcurrentHashMap<>();

    public FakeRuntime(InstantSource time) {
        this.time = time;
    }

    @Override
    public void changed() {
        changes.incrementAndGet();
    }

    @Override
    public WorkloadStatus status(String workloadId) {
        return statuses.getOrDefault(
                workloadId,
                new WorkloadStatus(ReadinessPhase.SCHEDULING, "waits for its turn", null, 0, 1, time.instant()));
    }

    @Override
    public synchronized Subscription subscribe(String workloadId, Consumer<WorkloadStatus> onStatus) {
        subscribers
                .computeIfAbsent(workloadId, id -> new CopyOnWriteArrayList<>())
                .add(onStatus);
        onStatus.accept(status(workloadId));
        return () -> subscribers.getOrDefault(workloadId, List.of()).remove(onStatus);
    }

    @Override
    public List<RunningReplica> replicas(String workloadId) {
        return replicas;
    }

    @Override
    public LogTail logTail(String workloadId, int limit) {
        return new LogTail(logLines.subList(Math.max(0, logLines.size() - limit), logLines.size()), missingLogs);
    }

    public synchronized void tell(String workloadId, ReadinessPhase phase, String message) {
        Instant since = status(workloadId).since();
        int ready = phase == ReadinessPhase.READY ? 1 : 0;
        WorkloadStatus status = new WorkloadStatus(phase, message, "model_load", ready, 1, since);
        statuses.put(workloadId, status);
        subscribers.getOrDefault(workloadId, List.of()).forEach(subscriber -> subscriber.accept(status));
    }

    int subscribers(String workloadId) {
        return subscribers.getOrDefault(workloadId, List.of()).size();
    }
}
