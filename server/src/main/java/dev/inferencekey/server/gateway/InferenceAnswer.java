package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import io.netty.buffer.ByteBuf;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Passes a model server's answer on to the caller as it comes, and notes what it tells: usage, text, errors.
 *
 * <p>Notes. A stream that dies gets one error event, is then ended as HTTP demands, without {@code [DONE]}, and its connection is closed:
 * some clients drop what they have not yet read when a connection breaks, and the error event must not be lost. Any other answer that
 * dies is cut off, so that it can't be taken for the whole. What its body is, is told by its first byte where the headers do not say, and
 * a body that is compressed, although that was not offered, is only passed on.
 *
 * <p>An answer that ends before the model server has told its usage is metered by what was passed on; see decision 27.
 */
final class InferenceAnswer {
    /** The model server is gone before its answer's end. */
    static final Refusal DIED =
            Refusal.of(ErrorCode.UPSTREAM_ERROR, "the model server stopped before its answer was complete");

    private static final int HIGHEST_STATUS = 599;
    private static final byte[] UNBUFFERED = "X-Accel-Buffering: no\r\n".getBytes(US_ASCII);
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    /** What is done with the body besides passing it on. */
    private enum Content {
        /** Its first byte tells. */
        NOT_YET_KNOWN,
        JSON,
        EVENTS,
        OPAQUE
    }

    private final ClientConnection connection;
    private final ClientResponse response;
    private final RequestMeter meter;
    private final InferenceRoute route;
    private final InferenceBody request;
    private final UsageScan usage = new UsageScan();

    private int status;
    /** Of the whole body; -1 if it was not said. */
    private long length = -1;

    private Content content = Content.OPAQUE;
    private boolean typedAsJson;
    private boolean endsWithConnection;
    private @Nullable SseRelay relay;

    /** How the answer goes on once what it used is booked, where that has to be waited for. */
    private enum Afterwards {
        /** The model server has yet to end it. */
        NOTHING,
        END,
        CUT_OFF,
        RELEASE
    }

    private Afterwards afterwards = Afterwards.NOTHING;
    private boolean settling;
    private boolean settled;

    /** @param request what was sent to the model server, or has been so far */
    InferenceAnswer(
            ClientConnection connection,
            ClientResponse response,
            RequestMeter meter,
            InferenceRoute route,
            InferenceBody request) {
        this.connection = connection;
        this.response = response;
        this.meter = meter;
        this.route = route;
        this.request = request;
    }

    /** Whether an answer with this status must not be passed on, and what to say instead. */
    static @Nullable Refusal refusal(int status) {
        if (status == 401 || status == 407) {
            return Refusal.of(ErrorCode.UPSTREAM_ERROR, "the model server refused the platform's own credential");
        }
        if (status / 100 == 3) {
            return Refusal.of(ErrorCode.UPSTREAM_ERROR, "the model server answered with a redirect");
        }
        if (status > HIGHEST_STATUS) {
            return Refusal.of(
                    ErrorCode.UPSTREAM_ERROR,
                    "the model server answered with the status " + status + ", which HTTP does not know");
        }
        return null;
    }

    /** {@code length} of the body, or -1 if it is not known yet; {@code untilClose} if it ends where the connection does. */
    void head(ResponseHead head, long bodyLength, boolean untilClose) {
        status = head.status();
        length = bodyLength;
        endsWithConnection = untilClose;
        boolean coded =
                head.has(KnownHeader.CONTENT_ENCODING) && !head.valueIs(KnownHeader.CONTENT_ENCODING, "identity");
        if (!coded && head.valueStartsWith(KnownHeader.CONTENT_TYPE, "text/event-stream")) {
            length = -1; // The relay may add to it and take away.
            relayEvents();
        } else if (!coded && status / 100 == 2) {
            typedAsJson = isJson(head);
            content = Content.NOT_YET_KNOWN;
        }
        ByteBuf out = response.startHead(status, length);
        head.copyPassing(direction(meter.replica()), out);
        if (relay != null || (request.streams() && length < 0)) {
            out.writeBytes(UNBUFFERED);
        }
        response.endHead(out, status, length);
    }

    private static int direction(@Nullable Replica replica) {
        return replica == null || replica.target().external()
                ? KnownHeader.FROM_MODEL_SERVER
                : KnownHeader.FROM_MODEL_SERVER | KnownHeader.FROM_OWN_MODEL_SERVER;
    }

    private static boolean isJson(ResponseHead head) {
        if (head.valueStartsWith(KnownHeader.CONTENT_TYPE, "application/json")) {
            return true;
        }
        String type = head.value(KnownHeader.CONTENT_TYPE);
        return type != null && type.toLowerCase(Locale.ROOT).contains("json");
    }

    private void relayEvents() {
        content = Content.EVENTS;
        relay = new SseRelay(
                request.usageForced() && length < 0 ? UsageChunk.noChoice(route) : null, usage, connection.alloc());
        meter.streamed();
    }

    void body(ByteBuf piece) {
        meter.firstByte();
        if (content == Content.NOT_YET_KNOWN) {
            recognise(piece);
        }
        SseRelay events = relay;
        if (events != null) {
            ByteBuf out = connection.alloc().buffer(piece.readableBytes());
            events.feed(piece, out);
            // Whoever has read this event has a whole answer: it is metered before it is sent.
            boolean whole = events.doneSeen() && !settling;
            if (whole && meter.budget() != null) {
                response.hold();
            }
            pass(out);
            if (whole) {
                report(true, false, Afterwards.NOTHING);
            }
            return;
        }
        if (content == Content.JSON) {
            int from = piece.readerIndex() + (response.bodyBytes() == 0 ? markLength(piece) : 0);
            if (piece.readableBytes() == length) {
                usage.scanWhole(piece, from, piece.writerIndex());
            } else {
                usage.scan(piece, from, piece.writerIndex());
            }
        }
        if (meter.budget() != null && response.bodyBytes() + piece.readableBytes() == length) {
            response.hold();
        }
        response.body(piece);
    }

    /** What is no JSON although a stream was asked for can only be one, whatever its type says. */
    private void recognise(ByteBuf piece) {
        for (int i = piece.readerIndex() + markLength(piece); i < piece.writerIndex(); i++) {
            byte b = piece.getByte(i);
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                if (b == '{' || (typedAsJson && !request.streams())) {
                    content = Content.JSON;
                } else if (request.streams()) {
                    relayEvents();
                } else {
                    content = Content.OPAQUE;
                }
                return;
            }
        }
    }

    private static int markLength(ByteBuf piece) {
        int at = piece.readerIndex();
        boolean marked = piece.readableBytes() >= BYTE_ORDER_MARK.length
                && piece.getByte(at) == BYTE_ORDER_MARK[0]
                && piece.getByte(at + 1) == BYTE_ORDER_MARK[1]
                && piece.getByte(at + 2) == BYTE_ORDER_MARK[2];
        return marked ? BYTE_ORDER_MARK.length : 0;
    }

    /** The model server has ended its answer. */
    void end() {
        SseRelay events = relay;
        if (events != null) {
            if (endsWithConnection
                    && InferenceBody.streamsChatChunks(route)
                    && !events.endsDone()
                    && !usage.errorTold()) {
                died(DIED);
                return;
            }
            ByteBuf out = connection.alloc().buffer();
            events.end(out);
            pass(out);
            events.release();
        }
        report(true, false, Afterwards.END);
    }

    /** The answer will never be whole, for this reason. */
    void died(Refusal reason) {
        SseRelay events = relay;
        if (events != null && events.doneSeen()) {
            end(); // It has said that it was whole.
            return;
        }
        meter.failed(reason.code());
        if (events != null && length < 0) {
            ByteBuf out = connection.alloc().buffer();
            events.die(ErrorBody.dataPlaneEvent(reason.code(), reason.message()), out);
            pass(out);
            response.lastOnConnection();
            report(false, false, Afterwards.END);
            return;
        }
        if (events != null) {
            events.release();
        }
        report(false, false, Afterwards.CUT_OFF);
    }

    /** The caller is gone. */
    void cancelled() {
        if (relay != null) {
            relay.release();
        }
        report(false, true, Afterwards.RELEASE);
    }

    private void pass(ByteBuf out) {
        response.body(out);
        out.release();
    }

    /**
     * Reports the request, unless that was done before, and goes on: if it is under a budget, not before the store has booked what it used, or
     * that takes too long. The record is kept before that, so that nothing is lost with this process.
     */
    private void report(boolean whole, boolean cancelled, Afterwards next) {
        afterwards = next;
        if (settling && !settled) {
            return; // It goes on in a moment.
        }
        BudgetHold budget = meter.budget();
        if (budget != null && !settling) {
            settling = true;
            noteError();
            TokenCount tokens = tokens(whole);
            response.hold();
            budget.settle(tokens, status / 100 == 2, () -> {
                settled = true;
                goOn();
            });
            meter.end(status, cancelled, response.bodyBytes(), tokens);
            return;
        }
        if (budget == null) {
            noteError();
            meter.end(status, cancelled, response.bodyBytes(), tokens(whole));
        }
        goOn();
    }

    private void noteError() {
        if (usage.errorTold() && meter.errorCode() == null) {
            meter.failed(ErrorCode.UPSTREAM_ERROR);
        }
    }

    private void goOn() {
        response.goOn();
        switch (afterwards) {
            case NOTHING -> {
                if (settled) {
                    response.flush(); // Else that is done when all of this read has been told.
                }
            }
            case END -> response.end();
            case CUT_OFF -> response.cutOff();
            case RELEASE -> response.release();
        }
    }

    private TokenCount tokens(boolean whole) {
        boolean generates = TokenEstimate.generates(route);
        Long input = usage.inputTokens(!generates);
        Long output = usage.outputTokens();
        boolean told = input != null || output != null;
        long passed = passedTokens();
        boolean toBeEstimated = relay == null
                ? !whole && !told && TokenEstimate.usesTokens(route)
                : generates && (whole ? !told && passed > 0 : !usage.finalUsageSeen());
        if (!toBeEstimated || status / 100 != 2) {
            return new TokenCount(input, output, usage.cachedTokens(), false);
        }
        return new TokenCount(
                input == null ? Long.valueOf(request.expectedInput(meter.requestBytes())) : input,
                generates ? Long.valueOf(output == null ? passed : Math.max(passed, output)) : null,
                usage.cachedTokens(),
                true);
    }

    /** How many tokens were passed on at least, as far as anybody can tell who does not know the model. */
    private long passedTokens() {
        return relay == null
                ? TokenEstimate.ofText(response.bodyBytes())
                : Math.max(usage.passedPieces(), TokenEstimate.ofText(usage.passedTextBytes()));
    }
}
