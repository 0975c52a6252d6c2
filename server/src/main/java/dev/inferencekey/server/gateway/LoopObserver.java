package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.log.LineLog;
import org.jspecify.annotations.Nullable;

/**
 * Sees every data-plane request of one event loop begin and end: counts it and writes its line in the access log.
 *
 * <p>Confined to its event loop, except that others may read the counters.
 */
final class LoopObserver {
    private final int loop;
    private final LoopCounters counters = new LoopCounters();
    private final WorkloadSeries workloads;
    private final @Nullable AccessLogLines log;

    /**
     * @param loop the loop's number, from 0
     * @param log null if no access log is kept
     */
    LoopObserver(int loop, WorkloadSeries workloads, @Nullable LineLog log) {
        this.loop = loop;
        this.workloads = workloads;
        this.log = log == null ? null : new AccessLogLines(log);
    }

    LoopCounters counters() {
        return counters;
    }

    /** Whether anyone wants to know which trace a request belongs to. */
    boolean logs() {
        return log != null;
    }

    void begun() {
        counters.add(LoopCounters.IN_FLIGHT, 1);
    }

    void ended(RequestMeter request, RequestMeter.Ending ending) {
        int route = LoopCounters.routeIndex(request.servedRoute());
        int statusClass = LoopCounters.statusClass(ending.status());
        boolean streamed = request.isStreamed();
        counters.add(LoopCounters.IN_FLIGHT, -1);
        counters.add(LoopCounters.requests(route, statusClass, streamed), 1);
        counters.time(LatencyBuckets.REQUEST, LoopCounters.durations(route, streamed), ending.durationMicros());
        if (ending.firstByteMicros() >= 0) {
            counters.time(LatencyBuckets.REQUEST, LoopCounters.firstBytes(route, streamed), ending.firstByteMicros());
        }
        ErrorCode error = request.errorCode();
        if (error != null) {
            counters.add(LoopCounters.errors(error), 1);
        }
        if (ending.cancelled()) {
            counters.add(LoopCounters.CANCELLED, 1);
        }
        counters.add(LoopCounters.REQUEST_BYTES, request.requestBytes());
        counters.add(LoopCounters.RESPONSE_BYTES, ending.responseBytes());
        long input = orNone(ending.tokens().input());
        long output = orNone(ending.tokens().output());
        long cached = orNone(ending.tokens().cached());
        counters.add(LoopCounters.INPUT_TOKENS, input);
        counters.add(LoopCounters.OUTPUT_TOKENS, output);
        counters.add(LoopCounters.CACHED_TOKENS, cached);
        Endpoint endpoint = request.endpoint();
        if (endpoint != null) {
            WorkloadCounters own = workloads.of(endpoint);
            own.add(loop, WorkloadCounters.REQUESTS + statusClass, 1);
            if (error != null || ending.status() >= UsageRecord.LOWEST_FAILURE) {
                own.add(loop, WorkloadCounters.FAILED, 1);
            }
            own.add(loop, WorkloadCounters.INPUT_TOKENS, input);
            own.add(loop, WorkloadCounters.OUTPUT_TOKENS, output);
            own.add(loop, WorkloadCounters.CACHED_TOKENS, cached);
            own.add(loop, WorkloadCounters.REQUEST_BYTES, request.requestBytes());
            own.add(loop, WorkloadCounters.RESPONSE_BYTES, ending.responseBytes());
            own.add(loop, WorkloadCounters.DURATION_MICROS, ending.durationMicros());
            if (ending.firstByteMicros() >= 0) {
                own.add(loop, WorkloadCounters.FIRST_BYTES, 1);
                own.add(loop, WorkloadCounters.FIRST_BYTE_MICROS, ending.firstByteMicros());
            }
        }
        if (log != null) {
            log.line(request, ending);
        }
    }

    private static long orNone(@Nullable Long count) {
        return count == null ? 0 : count;
    }

    void connectionOpened(int open) {
        counters.add(LoopCounters.ACCEPTED, 1);
        counters.set(LoopCounters.CONNECTIONS, open);
    }

    void connectionClosed(int open) {
        counters.set(LoopCounters.CONNECTIONS, open);
    }

    /** Called now and then: looks at what is not worth counting each time, and hands the access log's lines over. */
    void sweep(UpstreamPool pool) {
        counters.set(LoopCounters.UPSTREAM_OPEN, pool.open());
        counters.set(LoopCounters.UPSTREAM_IDLE, pool.idle());
        flush();
    }

    void flush() {
        if (log != null) {
            log.flush();
        }
    }
}
