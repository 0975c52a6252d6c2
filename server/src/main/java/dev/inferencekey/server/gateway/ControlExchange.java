package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.inferencekey.contract.error.ErrorCode;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Passes everything that is not data plane on to the manager, both ways as it comes.
 *
 * <p>Notes. A request that changes something gets a connection of its own, since it must not be sent twice when a kept one turns out to be
 * closed; over loopback that costs nothing that people notice. Silence is no error here: an event stream may have nothing to tell.
 * While the manager is being started, requests wait for it.
 */
final class ControlExchange implements Exchange, UpstreamPool.Acquirer, UpstreamConnection.Receiver {
    private static final int PIECE_BYTES = 16 * 1024;
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(US_ASCII);

    private final ClientConnection connection;
    private final RequestTraits request;
    private final ClientResponse response;
    private final boolean repeatable;
    /** What has come of the body and was not sent on so far. */
    private final ByteBuf waiting;

    private final ByteBuf requestHead;

    private @Nullable UpstreamConnection upstream;
    private boolean repeated;
    private boolean ended;

    ControlExchange(ClientConnection connection, RequestHead head, RequestTraits request) {
        this.connection = connection;
        this.request = request;
        this.response = new ClientResponse(connection, request);
        this.repeatable = request.contentLength() == 0 && (head.methodIs("GET") || head.methodIs("HEAD"));
        this.waiting = connection.alloc().buffer(0);
        this.requestHead = requestHead(head);
    }

    @Override
    public void start() {
        if (!repeatable) {
            connection.pauseReading();
        }
        acquire(repeatable);
    }

    private void acquire(boolean mayReuse) {
        GatewayLoop loop = connection.loop();
        ManagerUpstream manager = loop.parts().manager();
        UpstreamAddress address = manager.address();
        if (address != null) {
            loop.pool().acquire(address, mayReuse, this);
        } else {
            manager.whenListening(() -> loop.loop().execute(() -> {
                if (!ended) {
                    acquire(mayReuse);
                }
            }));
        }
    }

    @Override
    public void connected(UpstreamConnection connected) {
        if (ended) {
            connection.loop().pool().putBack(connected);
            return;
        }
        upstream = connected;
        long firstByte = connection.loop().parts().config().firstByteTimeout().toNanos();
        connected.begin(this, request.head(), firstByte, 0);
        connected.send(requestHead.retainedDuplicate());
        if (request.awaitsContinue() && !connection.requestEnded()) {
            ByteBuf goOn = connection.alloc().buffer(CONTINUE.length).writeBytes(CONTINUE);
            connection.write(goOn);
            connection.flush();
        }
        if (connection.requestEnded()) {
            requestEnded();
        } else {
            sendWaiting();
        }
        connection.resumeReading();
    }

    private ByteBuf requestHead(RequestHead head) {
        GatewayParts parts = connection.loop().parts();
        ByteBuf out = connection.alloc().buffer(1024);
        HeadWriter.requestLine(out, head.method(), head.target());
        head.copyPassing(KnownHeader.TO_MANAGER, out);
        if (!head.has(KnownHeader.HOST)) {
            HeadWriter.header(out, "Host", "localhost");
        }
        HeadWriter.header(out, "X-InferenceKey-Internal", parts.manager().internalSecret());
        HeadWriter.header(out, "X-Forwarded-For", connection.clientAddress());
        HeadWriter.header(out, "X-Forwarded-Proto", connection.callerUsesTls() ? "https" : "http");
        HeadWriter.header(out, "X-Request-Id", request.requestId());
        if (chunked()) {
            HeadWriter.chunked(out);
        } else if (head.has(KnownHeader.CONTENT_LENGTH)) {
            HeadWriter.contentLength(out, request.contentLength());
        }
        HeadWriter.end(out);
        return out;
    }

    private boolean chunked() {
        return request.contentLength() < 0;
    }

    @Override
    public void requestBody(ByteBuf content) {
        waiting.writeBytes(content, content.readerIndex(), content.readableBytes());
        if (waiting.readableBytes() >= PIECE_BYTES) {
            sendWaiting();
        }
    }

    @Override
    public void requestReadComplete() {
        sendWaiting();
    }

    /** Not each chunk, which may hold one byte, but what came in one read. */
    private void sendWaiting() {
        UpstreamConnection to = upstream;
        if (to != null && waiting.isReadable()) {
            send(to, waiting);
            waiting.clear();
            if (!to.writable()) {
                connection.pauseReading();
            }
        }
    }

    private void send(UpstreamConnection to, ByteBuf content) {
        ByteBuf out = connection.alloc().buffer(content.readableBytes() + 16);
        if (chunked()) {
            HeadWriter.chunkSize(out, content.readableBytes());
        }
        out.writeBytes(content, content.readerIndex(), content.readableBytes());
        if (chunked()) {
            out.writeBytes(HeadWriter.CRLF);
        }
        to.send(out);
    }

    @Override
    public void requestEnded() {
        UpstreamConnection to = upstream;
        if (to != null) {
            sendWaiting();
            if (chunked()) {
                to.send(connection.alloc().buffer(8).writeBytes(HeadWriter.LAST_CHUNK));
            }
            to.requestEnded();
        }
    }

    @Override
    public void requestBroken(String reason) {
        response.lastOnConnection();
        giveUp(Refusal.of(ErrorCode.INVALID_REQUEST, reason));
    }

    @Override
    public void internalError() {
        response.lastOnConnection();
        giveUp(Refusal.internal());
    }

    @Override
    public void connectFailed() {
        if (!ended) {
            giveUp(away());
        }
    }

    @Override
    public void failed(UpstreamConnection.Failure failure, boolean untouched) {
        UpstreamConnection failed = upstream;
        upstream = null;
        if (repeatable && untouched && !repeated && failed != null && failed.reused()) {
            repeated = true;
            acquire(false);
        } else {
            giveUp(away());
        }
    }

    private static Refusal away() {
        return new Refusal(
                ErrorCode.CONTROL_PLANE_UNAVAILABLE,
                "the control plane does not answer at the moment; inference is not affected; try again",
                2);
    }

    private void giveUp(Refusal refusal) {
        if (end()) {
            if (response.begun()) {
                response.cutOff();
            } else {
                ErrorBody.send(response, false, request.requestId(), refusal);
            }
        }
    }

    @Override
    public void responseHead(ResponseHead answer, long bodyLength) {
        int status = answer.status();
        ByteBuf out = response.startHead(status, bodyLength);
        answer.copyPassing(KnownHeader.FROM_MANAGER, out);
        response.endHead(out, status, bodyLength);
    }

    @Override
    public void responseBody(ByteBuf content) {
        response.body(content);
        if (!connection.writable() && upstream != null) {
            upstream.pause();
        }
    }

    @Override
    public void responseReadComplete() {
        response.flush();
    }

    @Override
    public void responseEnded() {
        if (end(false)) {
            response.end();
        }
    }

    @Override
    public void upstreamWritable() {
        connection.resumeReading();
    }

    @Override
    public void clientWritable() {
        if (upstream != null) {
            upstream.resume();
        }
    }

    @Override
    public void clientGone() {
        if (end()) {
            response.release();
        }
    }

    @Override
    public void gatewayStopping() {
        clientGone();
    }

    private boolean end() {
        return end(true);
    }

    private boolean end(boolean cancelUpstream) {
        if (ended) {
            return false;
        }
        ended = true;
        waiting.release();
        requestHead.release();
        if (upstream != null && cancelUpstream) {
            upstream.cancel();
        }
        upstream = null;
        return true;
    }
}
