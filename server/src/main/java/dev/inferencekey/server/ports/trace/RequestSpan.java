package dev.inferencekey.server.ports.trace;

/** One request's place in a trace. Used by one thread at a time. */
public interface RequestSpan {
    /** 32 hex digits. */
    String traceId();

    /** What a model server is sent as {@code traceparent}: it continues this span. */
    String traceParent();

    /** What a model server is sent as {@code tracestate}; empty for no such header. */
    String traceState();

    /** The first byte of an answer has come. */
    void firstByte();

    /** The request has ended; nothing is told after that. */
    void end(TracedRequest request);
}
