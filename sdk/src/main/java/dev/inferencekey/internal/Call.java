package dev.inferencekey.internal;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One logical call, whatever number of attempts it takes.
 *
 * @param name what it is called by those who watch
 * @param body JSON, to be published anew for each attempt; null for none
 * @param headers further headers, by name
 * @param events whether a 2xx answer is read as an event stream if it is one
 * @param timeout from the first attempt to the end of the answer, or to its head if it is an event stream
 * @param retryFor no attempt begins later than this after the first; zero: one attempt
 */
public record Call(
        Name name,
        String method,
        URI uri,
        Bearer credential,
        @Nullable BodyPublisher body,
        Map<String, String> headers,
        boolean events,
        Retry retry,
        Duration timeout,
        Duration retryFor) {
    /**
     * A call's name in traces and metrics.
     *
     * @param operation of few
     * @param route the path with placeholders
     * @param workload null where a whole project is asked for
     */
    public record Name(
            String operation,
            boolean inference,
            String route,
            @Nullable String project,
            @Nullable String workload) {}

    /** What may be tried again. */
    public enum Retry {
        /** Only what surely never reached the server: no connection came about. */
        NOTHING_SENT,
        /** Doing it twice is the same as once: also lost connections, and 502, 503 and 504. */
        IDEMPOTENT,
        /** Inference whose caller would rather have it run twice than not at all: also lost connections, 429, 502, 503 and 504. */
        INFERENCE
    }

    public Call {
        headers = Map.copyOf(headers);
    }

    /** Method and address; nothing of headers or body. */
    @Override
    public String toString() {
        return method + " " + uri;
    }
}
