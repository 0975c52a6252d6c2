package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.ports.trace.RequestSpan;
import dev.inferencekey.server.ports.trace.TraceParent;
import dev.inferencekey.server.ports.trace.TracedRequest;
import dev.inferencekey.server.ports.trace.Tracing;
import io.netty.buffer.ByteBuf;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request's place in a distributed trace.
 *
 * <p>Notes. While tracing is off nothing is done to the headers: the caller's own pass on to the model server as any header does. While it is
 * on, the model server is told of our span in their stead, also where the caller's could not be read.
 */
final class RequestTrace {
    /** In no trace. */
    static final RequestTrace NONE = new RequestTrace("", "", null);

    private static final String OTHER_METHOD = "_OTHER";
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");

    private final String method;
    private final String traceId;
    private final @Nullable RequestSpan span;

    private RequestTrace(String method, String traceId, @Nullable RequestSpan span) {
        this.method = method;
        this.traceId = traceId;
        this.span = span;
    }

    static RequestTrace of(GatewayLoop loop, RequestHead head) {
        // Anybody can make up a method, and it is told to logs and traces.
        String sent = head.method();
        String method = METHODS.contains(sent) ? sent : OTHER_METHOD;
        Tracing tracing = loop.parts().observation().tracing();
        if (tracing == null && !loop.observer().logs()) {
            return new RequestTrace(method, "", null);
        }
        TraceParent parent = parent(head);
        if (tracing == null) {
            return new RequestTrace(method, parent == null ? "" : parent.traceId(), null);
        }
        String state = parent == null ? "" : head.list(KnownHeader.TRACESTATE);
        RequestSpan span = tracing.start(method, parent, state);
        return new RequestTrace(method, span.traceId(), span);
    }

    private static @Nullable TraceParent parent(RequestHead head) {
        // Two of them say nothing.
        String sent = head.isRepeated(KnownHeader.TRACEPARENT) ? null : head.value(KnownHeader.TRACEPARENT);
        return sent == null ? null : TraceParent.parse(sent);
    }

    /** The request's method, {@code _OTHER} for one that nobody knows; empty for {@link #NONE}. */
    String method() {
        return method;
    }

    /** Empty if the request is in no trace. */
    String traceId() {
        return traceId;
    }

    /** In which direction the caller's headers pass to a model server. */
    int direction() {
        return span == null ? KnownHeader.TO_MODEL_SERVER : KnownHeader.TO_TRACED_MODEL_SERVER;
    }

    /** Tells the model server of our span. */
    void continueIn(ByteBuf out) {
        if (span == null) {
            return;
        }
        HeadWriter.header(out, "traceparent", span.traceParent());
        if (!span.traceState().isEmpty()) {
            HeadWriter.header(out, "tracestate", span.traceState());
        }
    }

    void firstByte() {
        if (span != null) {
            span.firstByte();
        }
    }

    void ended(RequestMeter request, RequestMeter.Ending ending) {
        if (span == null) {
            return;
        }
        Replica replica = request.replica();
        ErrorCode error = request.errorCode();
        span.end(new TracedRequest(
                request.servedRoute(),
                request.projectSlug(),
                request.workloadSlug(),
                request.publicId(),
                request.requestId(),
                request.clientAddress(),
                request.model(),
                replica == null ? null : replica.target().replicaId(),
                ending.status(),
                error == null ? null : error.wire(),
                ending.tokens().input(),
                ending.tokens().output(),
                ending.tokens().cached(),
                ending.firstByteMicros(),
                request.requestBytes(),
                ending.responseBytes(),
                request.isStreamed(),
                ending.cancelled()));
    }
}
