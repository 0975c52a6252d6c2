package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.ports.access.Backends;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request to a workload's endpoint: admitted, its body checked, a replica chosen or waited for, forwarded, answered, metered.
 *
 * <p>Notes. A failure is met by another attempt only while not one byte of an answer has come and the whole body is held: any replica
 * after a failed connect, the same one once more if a kept connection was closed under the request. Confined to its event loop.
 */
final class InferenceExchange
        implements Exchange, UpstreamPool.Acquirer, UpstreamConnection.Receiver, ReadinessWait.Waiter {
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(US_ASCII);
    private static final long RETRY_AFTER_SECONDS = 5;
    private static final Logger LOG = LoggerFactory.getLogger(InferenceExchange.class);

    private final ClientConnection connection;
    private final GatewayParts parts;
    private final RequestHead head;
    private final RequestTraits request;
    private final RequestTarget.OfEndpoint target;
    private final ClientResponse response;
    private final RequestTrace trace;
    private final RequestMeter meter;

    private @Nullable Endpoint endpoint;
    private @Nullable InferenceRoute route;
    private String keyId = "";
    private @Nullable InferenceBody body;
    /** Those of the caller's header lines that go to a model server. */
    private @Nullable ByteBuf passedHeaders;

    private long mostWaitNanos;
    private long waitSince = -1;
    private @Nullable ReadinessWait waiting;
    private Backends.@Nullable Starting notReady;
    private boolean dispatched;
    private boolean bodyEnded;

    private final List<Replica> tried = new ArrayList<>(1);
    private @Nullable Replica replica;
    private @Nullable UpstreamConnection upstream;
    private boolean inPieces;
    private boolean repeated;
    private @Nullable InferenceAnswer answer;
    private boolean ended;
    private @Nullable LimitLease limits;

    InferenceExchange(
            ClientConnection connection, RequestHead head, RequestTraits request, RequestTarget.OfEndpoint target) {
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
        GatewayLoop loop = connection.loop();
        Admission.Outcome outcome =
                parts.admission().admit(loop.bearer(), loop.presentedKey(), head, connection.clientAddress(), target);
        meter.admitted(outcome, target);
        InferenceRoute served = outcome.route();
        endpoint = outcome.endpoint();
        route = served;
        keyId = outcome.caller() == null ? "" : outcome.caller().keyId();
        if (outcome.refusal() != null) {
            refuse(outcome.refusal());
        } else if (served != null && served.answeredByGateway()) {
            answerModels(served);
        } else if (!parts.events().acceptsRequests()) {
            refuse(new Refusal(
                    ErrorCode.METERING_UNAVAILABLE,
                    "usage can't be kept at the moment, and this server is set to refuse requests then; try again",
                    RETRY_AFTER_SECONDS));
        } else if (served != null) {
            takeLimits(outcome.limiter(), served);
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

    /** Before a byte of the body is read: what it takes to know of it is in the head. */
    private void takeLimits(@Nullable Limiter ofKey, InferenceRoute served) {
        Limiter ofWorkload = endpointOrThrow().limiter();
        long expected = TokenEstimate.ofHead(served, request.contentLength());
        switch (LimitLease.take(parts.ticker(), ofKey, ofWorkload, expected)) {
            case null -> openBody(served);
            case LimitLease.Decision.Refused refused -> {
                response.tellLimits(refused.headers());
                refuse(refused.refusal());
            }
            case LimitLease.Decision.Granted granted -> {
                limits = granted.lease();
                meter.limited(granted.lease());
                response.tellLimits(granted.lease().headers());
                openBody(served);
            }
        }
    }

    private void openBody(InferenceRoute served) {
        switch (InferenceBody.open(served, head, request.contentLength(), parts.config(), connection.alloc())) {
            case InferenceBody.Opened.Unusable unusable -> refuse(unusable.refusal());
            case InferenceBody.Opened.Usable usable -> {
                body = usable.body();
                Duration most = MaxWait.of(
                        head.value(KnownHeader.X_INFERENCEKEY_MAX_WAIT),
                        parts.config().maxReadinessWait());
                if (most == null) {
                    refuse(Refusal.of(ErrorCode.INVALID_REQUEST, "X-InferenceKey-Max-Wait takes seconds, 0 or more"));
                    return;
                }
                mostWaitNanos = most.toNanos();
                ByteBuf lines = connection.alloc().buffer(256);
                head.copyPassing(trace.direction(), lines);
                passedHeaders = lines;
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
        if (!dispatched) {
            dispatched = true;
            Refusal refusal = expectTokens();
            if (refusal != null) {
                refuse(refusal);
                return;
            }
        }
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

    /** Now that more is known of the request than its head told; a refusal if that does not fit into a limit. */
    private @Nullable Refusal expectTokens() {
        LimitLease lease = limits;
        InferenceRoute served = route;
        if (lease == null || served == null) {
            return null;
        }
        long bytes = Math.max(request.contentLength(), meter.requestBytes(0));
        Refusal refusal =
                lease.expect(TokenEstimate.ofBody(served, bytes, bodyOrThrow().askedOutput()));
        response.tellLimits(lease.headers());
        return refusal;
    }

    private void hold(Endpoint known, Backends.Starting starting) {
        long now = connection.loop().now();
        if (waitSince < 0) {
            waitSince = now;
        }
        long left = mostWaitNanos - (now - waitSince);
        notReady = starting;
        waiting = left > 0 ? ReadinessWait.start(connection.loop(), known, keyId, left, this) : null;
        parts.events().demandWithoutReplica(known.entry().workloadId());
        if (waiting == null) {
            refuse(notReady(starting));
        }
    }

    @Override
    public void look() {
        if (waiting != null) {
            dispatch();
        }
    }

    @Override
    public void giveUp() {
        if (waiting != null && notReady != null) {
            refuse(notReady(notReady));
        }
    }

    private static Refusal notReady(Backends.Starting starting) {
        return new Refusal(
                ErrorCode.WORKLOAD_NOT_READY,
                "the workload is not ready yet: " + starting.message(),
                RETRY_AFTER_SECONDS);
    }

    private void tryReplica(Serving serving) {
        Replica next = serving.leastOutstanding(
                tried,
                connection.loop().nextTurn(),
                parts.config().ejection(),
                connection.loop().now());
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
        trace.continueIn(out);
        if (passedHeaders != null) {
            out.writeBytes(passedHeaders, passedHeaders.readerIndex(), passedHeaders.readableBytes());
        }
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
        noteFailure();
        leaveReplica();
        if (!ended) {
            dispatch(); // What serves the workload may have changed meanwhile.
        }
    }

    @Override
    public void responseHead(ResponseHead answerHead, long bodyLength) {
        Refusal refusal = InferenceAnswer.refusal(answerHead.status());
        InferenceRoute served = route;
        if (refusal != null || served == null) {
            refuse(refusal == null ? Refusal.internal() : refusal);
            return;
        }
        noteStatus(answerHead.status());
        boolean usageForced = body != null && body.usageForced();
        InferenceAnswer passed =
                new InferenceAnswer(connection, response, meter, usageForced, InferenceBody.streamsChatChunks(served));
        answer = passed;
        if (bodyEnded) {
            releaseBody();
        }
        passed.head(answerHead, bodyLength, upstream != null && upstream.endsWithConnection());
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
        boolean again = untouched
                && failure == UpstreamConnection.Failure.CLOSED
                && !repeated
                && !inPieces
                && failed != null
                && failed.reused();
        if (!again) {
            noteFailure();
        }
        if (begun != null) {
            if (end()) {
                begun.died(InferenceAnswer.DIED);
            }
        } else if (failure == UpstreamConnection.Failure.TIMED_OUT) {
            refuse(Refusal.of(ErrorCode.UPSTREAM_TIMEOUT, "the model server did not answer in time"));
        } else if (again && to != null) {
            repeated = true;
            connection.loop().pool().acquire(to.address(), false, this);
        } else {
            refuse(Refusal.of(ErrorCode.UPSTREAM_ERROR, "the model server closed the connection without an answer"));
        }
    }

    private void noteStatus(int status) {
        if (status == 502 || status == 503 || status == 504) {
            noteFailure();
        } else if (replica != null) {
            replica.health()
                    .succeeded(parts.config().ejection(), connection.loop().now());
        }
    }

    private void noteFailure() {
        Replica failing = replica;
        if (failing != null
                && failing.health()
                        .failed(parts.config().ejection(), connection.loop().now())) {
            LOG.atWarn()
                    .addKeyValue("replica", failing.target().replicaId())
                    .addKeyValue("workload", meter.workloadSlug())
                    .log("a replica that failed repeatedly gets no requests for a while");
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
    public void overdue() {
        Refusal refusal = Refusal.of(
                ErrorCode.UPSTREAM_TIMEOUT,
                "the request and its answer took longer than the "
                        + parts.config().totalTimeout().toMillis()
                        + " ms that this server allows in all; ask for a shorter answer, or have its total timeout raised");
        InferenceAnswer begun = answer;
        if (begun == null) {
            if (!bodyEnded) {
                response.lastOnConnection();
            }
            refuse(refusal);
        } else if (end()) {
            begun.died(refusal);
        }
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
                begun.died(InferenceAnswer.DIED);
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
            begun.died(InferenceAnswer.DIED);
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
        if (limits != null) {
            limits.leave();
        }
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
        if (passedHeaders != null) {
            passedHeaders.release();
            passedHeaders = null;
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
