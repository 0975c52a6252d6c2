package dev.inferencekey.server.manager.workload;

import dev.inferencekey.contract.sse.SseEvent;
import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.ports.runtime.WorkloadRuntime;
import dev.inferencekey.server.ports.runtime.WorkloadStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells one caller how a workload gets ready, until it is or can't be. Thread-safe.
 *
 * <p>A comment is sent when nothing else was for a while: it keeps connections alive, it finds out that the caller has gone, and it is
 * the occasion to find out that the workload has.
 */
public final class ReadinessStream {
    private static final byte[] KEEP_ALIVE = SseEvent.encodeComment("still here");

    private final WorkloadService workloads;
    private final WorkloadRuntime runtime;
    private final Clock clock;
    private final Duration keepAlive;

    /** @param keepAlive how long to be silent at most */
    public ReadinessStream(WorkloadService workloads, WorkloadRuntime runtime, Clock clock, Duration keepAlive) {
        if (!keepAlive.isPositive()) {
            throw new IllegalArgumentException("keepAlive must be positive, was " + keepAlive);
        }
        this.workloads = workloads;
        this.runtime = runtime;
        this.clock = clock;
        this.keepAlive = keepAlive;
    }

    /** The stream for one workload; each one is a subscription of its own, which ends with it. */
    public Answer of(Workload workload) {
        return Answer.eventStream(sink -> write(workload, sink));
    }

    private void write(Workload workload, Answer.Sink sink) throws IOException, InterruptedException {
        StatusQueue queue = new StatusQueue();
        Instant opened = clock.now();
        try (WorkloadRuntime.Subscription _ = runtime.subscribe(workload.id(), queue::put)) {
            while (true) {
                WorkloadStatus status = queue.poll(keepAlive.toNanos(), TimeUnit.NANOSECONDS);
                if (status != null) {
                    sink.send(SseEvent.encode(Json.text(json(status, opened))));
                    if (status.phase().isTerminal()) {
                        return;
                    }
                } else if (workloads.exists(workload.id())) {
                    sink.send(KEEP_ALIVE);
                } else {
                    sink.send(SseEvent.encode(Json.text(deleted())));
                    return;
                }
            }
        }
    }

    /** Time counts from when the stream was opened, or the present change began: of what has long been ready, next to none has passed. */
    private Map<String, @Nullable Object> json(WorkloadStatus status, Instant opened) {
        Instant from = status.since().isAfter(opened) ? status.since() : opened;
        long elapsed = Math.max(0, Duration.between(from, clock.now()).toMillis());
        Map<String, @Nullable Object> json =
                Json.object("phase", status.phase().wire(), "message", status.message(), "elapsed_ms", elapsed);
        if (status.step() != null) {
            json.put("step", status.step());
        }
        return json;
    }

    private static Map<String, @Nullable Object> deleted() {
        return Json.object(
                "phase", ReadinessPhase.ERROR.wire(), "message", "the workload was deleted", "elapsed_ms", 0L);
    }
}
