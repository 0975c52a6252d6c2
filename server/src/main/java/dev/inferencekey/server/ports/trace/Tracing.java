package dev.inferencekey.server.ports.trace;

import org.jspecify.annotations.Nullable;

/** Makes spans of requests and sends them away. Thread-safe; nothing here waits or throws, whatever becomes of the spans. */
public interface Tracing {
    /**
     * A request has come.
     *
     * @param method a known HTTP method
     * @param parent where the caller is in its trace, null if it did not say
     * @param traceState what the caller's tracing system says besides, empty for nothing; only looked at with a parent
     */
    RequestSpan start(String method, @Nullable TraceParent parent, String traceState);
}
