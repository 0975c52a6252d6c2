package dev.inferencekey.bench.report;

/** What is measured, each with its unit; less is better unless said otherwise. */
public enum Figure {
    CPU_PER_REQUEST("CPU per 10,000 requests", "s"),
    /** More is better. */
    REQUESTS_PER_SECOND("requests per second, one core", "1/s"),
    RESIDENT("resident memory after the load", "MiB"),
    LATENCY_P50("latency p50 at 2,000/s, open loop", "µs"),
    LATENCY_P99("latency p99 at 2,000/s, open loop", "µs"),
    CPU_PER_CHUNK("CPU per 1,000 SSE chunks, 500 streams at 20 ms", "ms"),
    CHUNK_DELAY_P50("delay of an SSE chunk p50", "µs"),
    CHUNK_DELAY_P99("delay of an SSE chunk p99", "µs"),
    FIRST_CHUNK("time to first chunk p50, 256 streams", "ms"),
    IDLE_STREAM("resident memory per open idle stream", "KiB"),
    IDLE_TOTAL("resident memory with all idle streams open", "MiB"),
    IDLE_FAILED("idle streams that failed", ""),
    START("start to first served request", "s"),
    CPU_FEW_KEYS("CPU per 10,000 requests with 10 keys", "s"),
    CPU_MANY_KEYS("CPU per 10,000 requests with 1,000,000 keys", "s"),
    RESIDENT_MANY_KEYS("resident memory with 1,000,000 keys", "MiB"),
    FAILED("requests that failed", "");

    private final String title;
    private final String unit;

    Figure(String title, String unit) {
        this.title = title;
        this.unit = unit;
    }

    public String title() {
        return title;
    }

    public String unit() {
        return unit;
    }
}
