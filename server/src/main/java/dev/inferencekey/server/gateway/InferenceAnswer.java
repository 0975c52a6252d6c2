package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;
import io.netty.buffer.ByteBuf;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Passes a model server's answer on to the caller as it comes, and notes the usage that it tells.
 *
 * <p>Notes. A stream that dies gets one error event, is then ended as HTTP demands, without {@code [DONE]}, and its connection is closed:
 * some clients drop what they have not yet read when a connection breaks, and the error event must not be lost. Any other answer that
 * dies is cut off, so that it can't be taken for the whole.
 */
final class InferenceAnswer {
    /** The model server is gone before its answer's end. */
    static final Refusal DIED =
            Refusal.of(ErrorCode.UPSTREAM_ERROR, "the model server stopped before its answer was complete");

    private final ClientConnection connection;
    private final ClientResponse response;
    private final RequestMeter meter;
    private final boolean hideUsageChunk;
    private final boolean endsWithDone;
    private final UsageScan usage = new UsageScan();

    private int status;
    /** Of the whole body; -1 if it was not said. */
    private long length = -1;

    private boolean scanned;
    private boolean endsWithConnection;
    private @Nullable SseRelay relay;

    /**
     * @param hideUsageChunk the usage chunk was not the caller's wish
     * @param endsWithDone a whole stream of the route ends with {@code [DONE]}
     */
    InferenceAnswer(
            ClientConnection connection,
            ClientResponse response,
            RequestMeter meter,
            boolean hideUsageChunk,
            boolean endsWithDone) {
        this.connection = connection;
        this.response = response;
        this.meter = meter;
        this.hideUsageChunk = hideUsageChunk;
        this.endsWithDone = endsWithDone;
    }

    /** Whether an answer with this status must not be passed on, and what to say instead. */
    static @Nullable Refusal refusal(int status) {
        if (status == 401 || status == 407) {
            return Refusal.of(ErrorCode.UPSTREAM_ERROR, "the model server refused the platform's own credential");
        }
        if (status / 100 == 3) {
            return Refusal.of(ErrorCode.UPSTREAM_ERROR, "the model server answered with a redirect");
        }
        return null;
    }

    /** {@code length} of the body, or -1 if it is not known yet; {@code untilClose} if it ends where the connection does. */
    void head(ResponseHead head, long bodyLength, boolean untilClose) {
        status = head.status();
        length = bodyLength;
        boolean sse = head.valueStartsWith(KnownHeader.CONTENT_TYPE, "text/event-stream");
        endsWithConnection = untilClose;
        scanned = status / 100 == 2 && isJson(head);
        if (sse) {
            relay = new SseRelay(hideUsageChunk, usage, connection.alloc());
            meter.streamed();
        }
        ByteBuf out = response.startHead(status, sse ? -1 : length);
        head.copyPassing(KnownHeader.FROM_MODEL_SERVER, out);
        response.endHead(out, status, sse ? -1 : length);
    }

    private static boolean isJson(ResponseHead head) {
        if (head.valueStartsWith(KnownHeader.CONTENT_TYPE, "application/json")) {
            return true;
        }
        String type = head.value(KnownHeader.CONTENT_TYPE);
        return type != null && type.toLowerCase(Locale.ROOT).contains("json");
    }

    void body(ByteBuf content) {
        meter.firstByte();
        SseRelay events = relay;
        if (events != null) {
            ByteBuf out = connection.alloc().buffer(content.readableBytes());
            events.feed(content, out);
            pass(out);
            if (events.doneSeen()) {
                report(false); // Whoever has read this event has a whole answer: it is metered before it is sent.
            }
            return;
        }
        if (scanned) {
            if (content.readableBytes() == length) {
                usage.scanWhole(content, content.readerIndex(), content.writerIndex());
            } else {
                usage.scan(content, content.readerIndex(), content.writerIndex());
            }
        }
        response.body(content);
    }

    /** The model server has ended its answer. */
    void end() {
        SseRelay events = relay;
        if (events != null) {
            if (endsWithConnection && endsWithDone && !events.doneSeen()) {
                died(DIED);
                return;
            }
            ByteBuf out = connection.alloc().buffer();
            events.end(out);
            pass(out);
            events.release();
        }
        report(false);
        response.end();
    }

    /** The answer will never be whole, for this reason. */
    void died(Refusal reason) {
        meter.failed(reason.code());
        SseRelay events = relay;
        if (events == null) {
            report(false);
            response.cutOff();
            return;
        }
        if (events.doneSeen()) {
            end(); // It has said that it was whole.
            return;
        }
        ByteBuf out = connection.alloc().buffer();
        events.die(ErrorBody.dataPlaneEvent(reason.code(), reason.message()), out);
        pass(out);
        response.lastOnConnection();
        report(false);
        response.end();
    }

    /** The caller is gone. */
    void cancelled() {
        if (relay != null) {
            relay.release();
        }
        report(true);
        response.release();
    }

    private void pass(ByteBuf out) {
        response.body(out);
        out.release();
    }

    private void report(boolean cancelled) {
        meter.end(status, cancelled, response.bodyBytes(), usage);
    }
}
