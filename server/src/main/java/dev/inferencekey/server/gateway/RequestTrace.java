package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.ports.trace.RequestSpan;
import dev.inferencekey.server.ports.trace.TraceParent;
import dev.inferencekey.server.ports.trace.TracedRequest;
import dev.inferencekey.server.ports.trace.Tracing;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AsciiString;
import java.util.List;
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

    private static final AsciiString PARENT = AsciiString.cached("traceparent");
    private static final AsciiString STATE = AsciiString.cached("tracestate");
    private static final String OTHER_METHOD = "_OTHER";
    private static final Set<HttpMethod> METHODS = Set.of(
            HttpMethod.GET,
            HttpMethod.HEAD,
            HttpMethod.POST,
            HttpMethod.PUT,
            HttpMethod.PATCH,
            HttpMethod.DELETE,
            HttpMethod.OPTIONS,
            HttpMethod.TRACE,
            HttpMethod.CONNECT);

    private final String method;
    private final String traceId;
    private final @Nullable RequestSpan span;

    private RequestTrace(String method, String traceId, @Nullable RequestSpan span) {
        this.method = method;
        this.traceId = traceId;
        this.span = span;
    }

    static RequestTrace of(GatewayLoop loop, HttpRequest head) {
        // Anybody can make up a method, and it is told to logs and traces.
        String method = METHODS.contains(head.method()) ? head.method().name() : OTHER_METHOD;
        Tracing tracing = loop.parts().observation().tracing();
        if (tracing == null && !loop.observer().logs()) {
            return new RequestTrace(method, "", null);
        }
        TraceParent parent = parent(head.headers());
        if (tracing == null) {
            return new RequestTrace(method, parent == null ? "" : parent.traceId(), null);
        }
        List<String> states = parent == null ? List.of() : head.headers().getAll(STATE);
        RequestSpan span = tracing.start(method, parent, String.join(",", states));
        return new RequestTrace(method, span.traceId(), span);
    }

    private static @Nullable TraceParent parent(HttpHeaders headers) {
        String sent = headers.get(PARENT);
        // Two of them say nothing.
        return sent == null || headers.getAll(PARENT).size() > 1 ? null : TraceParent.parse(sent);
    }

    /** The request's method, {@code _OTHER} for one that nobody knows; empty for {@link #NONE}. */
    String method() {
        return method;
    }

    /** Empty if the request is in no trace. */
    String traceId() {
        return traceId;
    }

    /** Tells the model server of our span, instead of the caller's. */
    void continueIn(HttpHeaders headers, ByteBuf out) {
        if (span == null) {
            return;
        }
        headers.remove(PARENT);
        headers.remove(STATE);
        HeadWriter.header(out, PARENT, span.traceParent());
        if (!span.traceState().isEmpty()) {
            HeadWriter.header(out, STATE, span.traceState());
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
                ending.inputTokens(),
                ending.outputTokens(),
                ending.cachedTokens(),
                ending.firstByteMicros(),
                request.requestBytes(),
                ending.responseBytes(),
                request.isStreamed(),
                ending.cancelled()));
    }
}
