package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one request to a replica that {@link ReplicaSearch} finds: connects, sends, and tells what comes back.
 *
 * <p>Notes. A failure is met by another attempt only while not one byte of an answer has come and the whole body is held: any replica
 * after a failed connect, the same one once more if a kept connection was closed under the request or the node that it is on has gone, or if it refuses a request for whose
 * usage only we have asked, and has never told any: some servers elsewhere refuse {@code stream_options}. A body that is too large to be held
 * gets a connection of its own, since there a model server that closes what was idle for too long could not be told from one that failed.
 * Confined to its event loop.
 */
final class Dispatch implements ReplicaSearch.Seeker, UpstreamPool.Acquirer, UpstreamConnection.Receiver {
    /** Whose request it is. After {@link #refused}, {@link #answerEnded} or {@link #answerDied}, nothing more is told. */
    interface Origin {
        /** There will be no answer, or, if one has begun, no more of it. */
        void refused(Refusal refusal);

        /** The endpoint was removed while the request waited. */
        void endpointRemoved();

        /** {@code head} holds until this returns; see {@link InferenceAnswer#head}. */
        void answerHead(ResponseHead head, long bodyLength, boolean untilClose);

        /** A piece of the body; not to be kept or released. */
        void answerBody(ByteBuf content);

        /** All that came in one read has been told. */
        void answerReadComplete();

        void answerEnded();

        /** The answer that has begun will never be whole. */
        void answerDied();
    }

    private static final String MALFORMED =
            "the model server sent a response that is not valid HTTP: its header section can't be read, because of a bare line"
                    + " feed, a folded line, its length, or Transfer-Encoding beside Content-Length";
    private static final int FIRST_FAILURE = 300;
    private static final int BAD_REQUEST = 400;
    private static final int UNPROCESSABLE = 422;
    private static final int PIECE_BYTES = 16 * 1024;
    private static final Logger LOG = LoggerFactory.getLogger(Dispatch.class);

    private final Origin origin;
    private final ClientConnection connection;
    private final GatewayParts parts;
    private final RequestTraits request;
    private final RequestTrace trace;
    private final RequestMeter meter;
    private final InferenceRoute route;
    private final String path;
    private final InferenceBody body;
    /** Those of the caller's header lines that go to a model server. */
    private final ByteBuf passedHeaders;

    /** The installations that have passed the request on, see {@link Hops#before}. */
    private final String hopsBefore;

    private final ReplicaSearch search;
    private boolean bodyEnded;
    private boolean bodyReleased;
    private boolean started;
    private @Nullable Replica replica;
    private @Nullable UpstreamConnection upstream;
    private long connectingSince;
    private boolean inPieces;
    private boolean repeated;
    private boolean withoutUsage;
    private boolean answered;
    private boolean ended;

    /**
     * Takes over {@code body} and {@code passedHeaders}.
     *
     * @param path what the caller asked for below the workload's address
     * @param mostWait for a replica
     */
    Dispatch(
            Origin origin,
            ClientConnection connection,
            RequestTraits request,
            RequestTrace trace,
            RequestMeter meter,
            Endpoint endpoint,
            InferenceRoute route,
            String path,
            InferenceBody body,
            ByteBuf passedHeaders,
            String hopsBefore,
            Duration mostWait) {
        this.origin = origin;
        this.connection = connection;
        this.parts = connection.loop().parts();
        this.request = request;
        this.trace = trace;
        this.meter = meter;
        this.route = route;
        this.path = path;
        this.body = body;
        this.passedHeaders = passedHeaders;
        this.hopsBefore = hopsBefore;
        this.search = new ReplicaSearch(this, connection.loop(), endpoint, meter, mostWait);
    }

    InferenceRoute route() {
        return route;
    }

    /** What has come of the body; not to be fed once the answer has begun and the body has ended. */
    InferenceBody body() {
        return body;
    }

    /** Whether a replica is being looked for, or has been found. */
    boolean started() {
        return started;
    }

    void start() {
        started = true;
        search.find();
    }

    /** The body has been fed. */
    void bodyGrew() {
        if (body.pieceLength() >= PIECE_BYTES) {
            sendPiece();
        }
    }

    /** Sends what has come of a body that is sent in pieces: not each of its chunks, which may hold one byte, but what came in one read. */
    void sendPiece() {
        UpstreamConnection to = upstream;
        if (inPieces && to != null && !bodyEnded && body.pieceLength() > 0) {
            ByteBuf out = connection.alloc().buffer();
            body.appendPiece(out);
            to.send(out);
            if (!to.writable()) {
                connection.pauseReading();
            }
        }
    }

    /** The body is whole. */
    void bodyEnded() {
        bodyEnded = true;
        UpstreamConnection to = upstream;
        if (inPieces && to != null) {
            ByteBuf out = connection.alloc().buffer();
            body.appendPiece(out);
            body.appendEnd(out);
            to.send(out);
            to.requestEnded();
        }
    }

    /** The caller has taken what was written for it. */
    void resumeAnswer() {
        if (upstream != null) {
            upstream.resume();
        }
    }

    /** Lets go of everything; to be called once. */
    void end() {
        ended = true;
        search.leave();
        leaveReplica();
        releaseBody();
        if (upstream != null) {
            upstream.cancel();
            upstream = null;
        }
    }

    @Override
    public void found(Replica next) {
        replica = next;
        next.requestStarted();
        // A kept connection may be closed by its other side at any moment, and what can't be repeated must not be lost
        // to that.
        connect(next, bodyEnded);
    }

    @Override
    public void nothingFound(Refusal refusal) {
        origin.refused(refusal);
    }

    @Override
    public void endpointRemoved() {
        origin.endpointRemoved();
    }

    @Override
    public boolean mayWaitForNodes() {
        return !inPieces;
    }

    private void connect(Replica to, boolean mayReuse) {
        connectingSince = connection.loop().now();
        connection.loop().pool().acquire(to.address(), mayReuse, this);
    }

    @Override
    public void connected(UpstreamConnection connected) {
        Replica to = replica;
        if (ended || to == null) {
            connection.loop().pool().putBack(connected);
            return;
        }
        upstream = connected;
        meter.reached(to);
        if (to.streamUsage() == Replica.StreamUsage.REFUSED) {
            body.leaveUsageOut();
        }
        GatewayConfig config = parts.config();
        connected.begin(
                this,
                request.head(),
                config.firstByteTimeout().toNanos(),
                config.upstreamIdleTimeout().toNanos());
        ByteBuf out = connection.alloc().buffer(4096);
        HeadWriter.requestLine(out, route.method(), to.pathOf(path));
        out.writeBytes(to.fixedHeaders());
        HeadWriter.header(out, "X-Request-Id", request.requestId());
        if (to.target().external()) {
            parts.hops().append(out, hopsBefore);
        }
        trace.continueIn(out);
        out.writeBytes(passedHeaders, passedHeaders.readerIndex(), passedHeaders.readableBytes());
        if (bodyEnded) {
            body.appendWhole(out, to);
            connected.send(out);
            connected.requestEnded();
        } else {
            inPieces = true;
            body.appendFirstPiece(out, to);
            connected.send(out);
            connection.resumeReading();
        }
    }

    @Override
    public void connectFailed() {
        hopFailed();
        noteFailure();
        leaveReplica();
        if (!ended) {
            search.find(); // What serves the workload may have changed meanwhile.
        }
    }

    @Override
    public void connectRefused(String what) {
        leaveReplica();
        if (!ended) {
            origin.refused(Refusal.of(
                    ErrorCode.UPSTREAM_ERROR,
                    "the model server must not be called where its address leads: it is " + what));
        }
    }

    @Override
    public void responseHead(ResponseHead head, long bodyLength) {
        NodeAnswer ofNode = replica != null && replica.onOtherNode() ? NodeAnswer.of(head) : null;
        if (ofNode != null) {
            nodeAnswered(ofNode);
            return;
        }
        hopAnswered();
        Refusal refusal = InferenceAnswer.refusal(head.status());
        if (refusal != null) {
            origin.refused(refusal);
            return;
        }
        noteStatus(head.status());
        if (tryWithoutUsage(head.status())) {
            return;
        }
        answered = true;
        origin.answerHead(head, bodyLength, upstream != null && upstream.endsWithConnection());
        if (bodyEnded) {
            releaseBody();
        }
    }

    /** The node that was called has no answer of the replica for us. */
    private void nodeAnswered(NodeAnswer answer) {
        Replica to = replica;
        if (upstream != null) {
            upstream.cancel();
            upstream = null;
        }
        switch (answer) {
            case NOT_HERE, UNREACHABLE -> {
                if (inPieces) {
                    failed(UpstreamConnection.Failure.CLOSED, false);
                } else {
                    connectFailed();
                }
            }
            case AGAIN -> {
                if (repeated || inPieces || to == null) {
                    failed(UpstreamConnection.Failure.CLOSED, false);
                } else {
                    repeated = true;
                    connect(to, true);
                }
            }
            case CLOSED, REFUSED, DECIDES, DECIDES_NOTHING, LOG -> failed(UpstreamConnection.Failure.CLOSED, false);
            case MALFORMED -> failed(UpstreamConnection.Failure.MALFORMED, false);
            case TIMED_OUT -> failed(UpstreamConnection.Failure.TIMED_OUT, false);
        }
    }

    /** Whether the answer with this status is not passed on, since the request is sent again without the member that we have added. */
    private boolean tryWithoutUsage(int status) {
        Replica to = replica;
        if (to == null
                || inPieces
                || !bodyEnded
                || !body.canLeaveUsageOut()
                || to.streamUsage() != Replica.StreamUsage.UNKNOWN) {
            return false;
        }
        boolean refused = status == BAD_REQUEST || status == UNPROCESSABLE;
        if (withoutUsage || !refused) {
            if (status < FIRST_FAILURE) {
                to.streamUsage(withoutUsage ? Replica.StreamUsage.REFUSED : Replica.StreamUsage.TOLD);
            }
            return false;
        }
        withoutUsage = true;
        body.leaveUsageOut();
        if (upstream != null) {
            upstream.cancel();
            upstream = null;
        }
        connect(to, true);
        return true;
    }

    @Override
    public void responseBody(ByteBuf content) {
        origin.answerBody(content);
        if (!connection.writable() && upstream != null) {
            upstream.pause();
        }
    }

    @Override
    public void responseReadComplete() {
        origin.answerReadComplete();
    }

    @Override
    public void responseEnded() {
        upstream = null;
        origin.answerEnded();
    }

    @Override
    public void failed(UpstreamConnection.Failure failure, boolean untouched) {
        UpstreamConnection failed = upstream;
        upstream = null;
        Replica to = replica;
        boolean again = untouched
                && failure == UpstreamConnection.Failure.CLOSED
                && !repeated
                && !inPieces
                && failed != null
                && (failed.reused() || (to != null && to.onOtherNode()));
        if (!again) {
            noteFailure();
        }
        if (!answered && !again) {
            hopFailed();
        }
        if (answered) {
            origin.answerDied();
        } else if (failure == UpstreamConnection.Failure.TIMED_OUT) {
            origin.refused(Refusal.of(ErrorCode.UPSTREAM_TIMEOUT, "the model server did not answer in time"));
        } else if (again && to != null) {
            repeated = true;
            connect(to, false);
        } else {
            origin.refused(Refusal.of(
                    ErrorCode.UPSTREAM_ERROR,
                    failure == UpstreamConnection.Failure.MALFORMED
                            ? MALFORMED
                            : "the model server closed the connection without an answer"));
        }
    }

    @Override
    public void upstreamWritable() {
        if (inPieces) {
            connection.resumeReading();
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

    private void hopAnswered() {
        if (replica != null && replica.onOtherNode()) {
            counters()
                    .time(
                            LatencyBuckets.REQUEST,
                            LoopCounters.HOPS,
                            TimeUnit.NANOSECONDS.toMicros(connection.loop().now() - connectingSince));
        }
    }

    private void hopFailed() {
        if (replica != null && replica.onOtherNode()) {
            counters().add(LoopCounters.HOPS_FAILED, 1);
        }
    }

    private LoopCounters counters() {
        return connection.loop().observer().counters();
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

    private void leaveReplica() {
        if (replica != null) {
            replica.requestEnded();
            replica = null;
        }
    }

    private void releaseBody() {
        if (!bodyReleased) {
            bodyReleased = true;
            body.release();
            passedHeaders.release();
        }
    }
}
