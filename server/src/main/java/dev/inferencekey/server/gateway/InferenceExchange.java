package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.ports.access.Backends;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request to a workload's endpoint: admitted, its body checked, a replica chosen or waited for, forwarded, answered, metered.
 *
 * <p>Notes. A failure is met by another attempt only while not one byte of an answer has come and the whole body is held: any replica
 * after a failed connect, the same one once more if a kept connection was closed under the request. Confined to its event loop.
 */
final class InferenceExchange implements Exchange, UpstreamPool.Acquirer, UpstreamConnection.Receiver {
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(US_ASCII);
    private static final long RETRY_AFTER_SECONDS = 5;

    private final ClientConnection connection;
    private final GatewayParts parts;
    private final HttpRequest head;
    private final RequestTraits request;
    private final RequestTarget.OfEndpoint target;
    private final ClientResponse response;
    private final RequestTrace trace;
    private final RequestMeter meter;

    private @Nullable Endpoint endpoint;
    private @Nullable InferenceRoute route;
    private @Nullable InferenceBody body;
    private long mostWaitNanos;
    private long waitSince = -1;
    private @Nullable ReadinessWait waiting;
    private boolean dispatched;
    private boolean bodyEnded;

    private final List<Replica> tried = new ArrayList<>(1);
    private @Nullable Replica replica;
    private @Nullable UpstreamConnection upstream;
    private boolean inPieces;
    private boolean repeated;
    private @Nullable InferenceAnswer answer;
    private boolean ended;

    InferenceExchange(
            ClientConnection connection, HttpRequest head, RequestTraits request, RequestTarget.OfEndpoint target) {
        this.connection = connection;
        this.parts = connection.loop().parts();
        this.head = head;
        this.request = request;
        this.target = target;
        this.response = new ClientResponse(connection, request);
        this.trace = RequestTrace.of(connection.loop(), head);
        this.meter = new RequestMeter(connection.loop(), request.requestId(), connection.clientAddress(), trace);
    }

    @Override
    public void start() {
        Admission.Outcome outcome = parts.admission()
                .admit(
                        BearerToken.of(head.headers()),
                        connection.clientAddress(),
                        head.method().name(),
                        target);
        meter.admitted(outcome, target);
        InferenceRoute served = outcome.route();
        endpoint = outcome.endpoint();
        route = served;
        if (outcome.refusal() != null) {
            refuse(outcome.refusal());
        } else if (served != null && served.answeredByGateway()) {
            answerModels(served);
        } else if (served != null) {
            openBody(served);
        }
    }

    private void answerModels(InferenceRoute served) {
        Endpoint known = endpointOrThrow();
        String wanted = served == InferenceRoute.MODEL ? target.route().substring(RequestTarget.MODELS.length()) : null;
        String slug = known.entry().workloadSlug();
        if (wanted != null && !wanted.equals(slug)) {
            refuse(Refusal.of(
                    ErrorCode.WORKLOAD_NOT_FOUND, "this address serves the model \"" + slug + "\" and no other"));
            return;
        }
        byte[] json =
                (wanted == null ? ModelsAnswer.list(known.entry()) : ModelsAnswer.one(known.entry())).getBytes(UTF_8);
        ended = true;
        meter.firstByte();
        meter.end(200, false, request.head() ? 0 : json.length, null);
        response.whole(200, "application/json", json, null);
    }

    private void openBody(InferenceRoute served) {
        switch (InferenceBody.open(
                served, head.headers(), request.contentLength(), parts.config(), connection.alloc())) {
            case InferenceBody.Opened.Unusable unusable -> refuse(unusable.refusal());
            case InferenceBody.Opened.Usable usable -> {
                body = usable.body();
                Duration most = MaxWait.of(head.headers(), parts.config().maxReadinessWait());
                if (most == null) {
                    refuse(Refusal.of(ErrorCode.INVALID_REQUEST, "X-InferenceKey-Max-Wait takes seconds, 0 or more"));
                    return;
                }
                mostWaitNanos = most.toNanos();
                if (request.awaitsContinue()) {
                    connection.write(connection.alloc().buffer(CONTINUE.length).writeBytes(CONTINUE));
                    connection.flush();
                }
            }
        }
    }

    @Override
    public void requestBody(ByteBuf content) {
        InferenceBody held = bodyOrThrow();
        Refusal refusal = held.feed(content, meter.requestBytes(content.readableBytes()));
        if (refusal != null) {
            refuse(refusal);
        } else if (!dispatched) {
            if (held.windowFull()) {
                connection.pauseReading();
                dispatch();
            }
        } else if (inPieces && upstream != null) {
            sendPiece(held, upstream);
            if (!upstream.writable()) {
                connection.pauseReading();
            }
        }
    }

    @Override
    public void requestEnded() {
        InferenceBody held = bodyOrThrow();
        Refusal refusal = held.end();
        if (refusal != null) {
            refuse(refusal);
            return;
        }
        bodyEnded = true;
        if (!dispatched) {
            dispatch();
        } else if (inPieces && upstream != null) {
            sendPiece(held, upstream);
            upstream.send(connection.alloc().buffer(8).writeBytes(HeadWriter.LAST_CHUNK));
            upstream.requestEnded();
        }
    }

    private void sendPiece(InferenceBody held, UpstreamConnection to) {
        ByteBuf out = connection.alloc().buffer();
        held.appendChunk(out);
        to.send(out);
    }

    /** Finds a replica, or waits for one. */
    private void dispatch() {
        dispatched = true;
        Endpoint known = endpointOrThrow();
        if (known.removed()) {
            refuse(Refusal.of(ErrorCode.WORKLOAD_NOT_FOUND, Admission.notFound(target)));
            return;
        }
        Serving serving = known.serving();
        switch (serving.backends()) {
            case Backends.Ready _ -> {
                leaveWait();
                tryReplica(serving);
            }
            case Backends.Failed failed ->
                refuse(Refusal.of(ErrorCode.WORKLOAD_FAILED, "the workload has failed: " + failed.message()));
            case Backends.Closed closed ->
                refuse(Readiness.closed(closed, parts.clock().instant()));
            case Backends.Starting starting -> {
                if (waiting == null) {
                    hold(known, starting);
                }
            }
        }
    }

    private void hold(Endpoint known, Backends.Starting starting) {
        long now = connection.loop().now();
        if (waitSince < 0) {
            waitSince = now;
        }
        long left = mostWaitNanos - (now - waitSince);
        boolean mayWait = left > 0 && parts.held().enter();
        parts.events().demandWithoutReplica(known.entry().workloadId());
        if (!mayWait) {
            refuse(notReady(starting));
            return;
        }
        waiting = ReadinessWait.start(
                connection.loop(),
                known,
                left,
                () -> {
                    if (waiting != null) {
                        dispatch();
                    }
                },
                () -> {
                    if (waiting != null) {
                        refuse(notReady(starting));
                    }
                });
    }

    private static Refusal notReady(Backends.Starting starting) {
        return new Refusal(
                ErrorCode.WORKLOAD_NOT_READY,
                "the workload is not ready yet: " + starting.message(),
                RETRY_AFTER_SECONDS);
    }

    private void tryReplica(Serving serving) {
        Replica next = serving.leastOutstanding(tried, connection.loop().nextTurn());
        if (next == null) {
            refuse(Refusal.of(ErrorCode.UPSTREAM_ERROR, "no model server of the workload can be reached"));
            return;
        }
        tried.add(next);
        replica = next;
        next.requestStarted();
        connection.loop().pool().acquire(next.address(), true, this);
    }

    @Override
    public void connected(UpstreamConnection connected) {
        Replica to = replica;
        InferenceBody held = body;
        InferenceRoute served = route;
        if (ended || to == null || held == null || served == null) {
            connection.loop().pool().putBack(connected);
            return;
        }
        upstream = connected;
        meter.reached(to);
        GatewayConfig config = parts.config();
        connected.begin(
                this,
                request.head(),
                config.firstByteTimeout().toNanos(),
                config.upstreamIdleTimeout().toNanos());
        ByteBuf out = connection.alloc().buffer(4096);
        HeadWriter.requestLine(out, served.method(), to.basePath() + served.path());
        out.writeBytes(to.fixedHeaders());
        HeadWriter.header(out, "X-Request-Id", request.requestId());
        trace.continueIn(head.headers(), out);
        HeaderRules.toModelServer(head.headers(), out);
        if (bodyEnded) {
            held.appendWhole(out, to);
            connected.send(out);
            connected.requestEnded();
        } else {
            inPieces = true;
            held.appendFirstChunk(out, to);
            connected.send(out);
            connection.resumeReading();
        }
    }

    @Override
    public void connectFailed() {
        leaveReplica();
        if (!ended) {
            dispatch(); // What serves the workload may have changed meanwhile.
        }
    }

    @Override
    public void responseHead(HttpResponse answerHead) {
        Refusal refusal = InferenceAnswer.refusal(answerHead.status().code());
        InferenceRoute served = route;
        if (refusal != null || served == null) {
            refuse(refusal == null ? Refusal.internal() : refusal);
            return;
        }
        boolean usageForced = body != null && body.usageForced();
        InferenceAnswer passed =
                new InferenceAnswer(connection, response, meter, usageForced, InferenceBody.streamsChatChunks(served));
        answer = passed;
        if (bodyEnded) {
            releaseBody();
        }
        passed.head(answerHead);
    }

    @Override
    public void responseBody(ByteBuf content) {
        if (answer != null) {
            answer.body(content);
            if (!connection.writable() && upstream != null) {
                upstream.pause();
            }
        }
    }

    @Override
    public void responseReadComplete() {
        response.flush();
    }

    @Override
    public void responseEnded() {
        upstream = null;
        InferenceAnswer whole = answer;
        if (whole != null && end()) {
            whole.end();
        }
    }

    @Override
    public void failed(UpstreamConnection.Failure failure, boolean untouched) {
        UpstreamConnection failed = upstream;
        upstream = null;
        Replica to = replica;
        InferenceAnswer begun = answer;
        if (begun != null) {
            if (end()) {
                begun.died();
            }
        } else if (failure == UpstreamConnection.Failure.TIMED_OUT) {
            refuse(Refusal.of(ErrorCode.UPSTREAM_TIMEOUT, "the model server did not answer in time"));
        } else if (untouched && !repeated && !inPieces && failed != null && failed.reused() && to != null) {
            repeated = true;
            connection.loop().pool().acquire(to.address(), false, this);
        } else {
            refuse(Refusal.of(ErrorCode.UPSTREAM_ERROR, "the model server closed the connection without an answer"));
        }
    }

    @Override
    public void upstreamWritable() {
        if (inPieces) {
            connection.resumeReading();
        }
    }

    @Override
    public void clientWritable() {
        if (upstream != null) {
            upstream.resume();
        }
    }

    @Override
    public void requestBroken(String reason) {
        response.lastOnConnection();
        refuse(Refusal.of(ErrorCode.INVALID_REQUEST, reason));
    }

    @Override
    public void internalError() {
        response.lastOnConnection();
        refuse(Refusal.internal());
    }

    @Override
    public void clientGone() {
        InferenceAnswer begun = answer;
        if (end()) {
            if (begun != null) {
                begun.cancelled();
            } else {
                meter.end(RequestMeter.CLIENT_CLOSED_REQUEST, true, 0, null);
                response.release();
            }
        }
    }

    @Override
    public void gatewayStopping() {
        InferenceAnswer begun = answer;
        if (begun != null) {
            if (end()) {
                begun.died();
            }
        } else {
            response.lastOnConnection();
            refuse(new Refusal(ErrorCode.WORKLOAD_NOT_READY, "the server is being stopped; try again", 1));
        }
    }

    /** Answers with an error; if an answer has already begun, cuts it off instead. */
    private void refuse(Refusal refusal) {
        InferenceAnswer begun = answer;
        if (!end()) {
            return;
        }
        if (begun != null) {
            begun.died();
        } else {
            meter.failed(refusal.code());
            meter.end(refusal.code().status(), false, 0, null);
            ErrorBody.send(response, true, request.requestId(), refusal);
        }
    }

    /** Lets go of everything but the answer; false if that has been done before. */
    private boolean end() {
        if (ended) {
            return false;
        }
        ended = true;
        leaveWait();
        leaveReplica();
        releaseBody();
        if (upstream != null) {
            upstream.cancel();
            upstream = null;
        }
        return true;
    }

    private void leaveWait() {
        if (waiting != null) {
            waiting.leave();
            waiting = null;
        }
    }

    private void leaveReplica() {
        if (replica != null) {
            replica.requestEnded();
            replica = null;
        }
    }

    private void releaseBody() {
        if (body != null) {
            body.release();
            body = null;
        }
    }

    private Endpoint endpointOrThrow() {
        if (endpoint == null) {
            throw new IllegalStateException("not admitted");
        }
        return endpoint;
    }

    private InferenceBody bodyOrThrow() {
        if (body == null) {
            throw new IllegalStateException("the body has been let go");
        }
        return body;
    }
}
