package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A call that another node brings for a replica that runs here: handed to that replica, with its secret, and to nobody else.
 *
 * <p>Notes. The other node has admitted the call, has put the model's name into it and meters it; here nothing is looked at but the framing.
 * A call is never handed on to a further node: what does not run here is answered with {@link NodeAnswer#NOT_HERE}. A call whose body is
 * small and whose length is told may be tried on a kept connection, since its sender still holds it: if the replica has closed that
 * connection meanwhile, the sender is told to ask again. Any other one gets a connection of its own.
 *
 * <p>Confined to its event loop.
 */
final class NodeExchange implements Exchange, UpstreamPool.Acquirer, UpstreamConnection.Receiver {
    private static final int PIECE_BYTES = 16 * 1024;
    private static final int MAX_WAITING_BYTES = 64 * 1024;
    /** Below what a node sends in pieces, and so does not hold, although the model's name may have made it longer. */
    private static final int MAX_REPEATABLE_BYTES = InferenceBody.WINDOW_BYTES - 4 * 1024;

    private final ClientConnection connection;
    private final RequestTraits request;
    private final ClientResponse response;
    private final Replica replica;
    private final boolean mayReuse;
    /** What goes to the replica next; null for nothing. */
    private @Nullable ByteBuf waiting;

    private @Nullable UpstreamConnection upstream;
    private boolean started;
    private boolean ended;

    private NodeExchange(
            ClientConnection connection, RequestHead head, RequestTraits request, Replica replica, String route) {
        this.connection = connection;
        this.request = request;
        this.response = new ClientResponse(connection, request);
        this.replica = replica;
        this.mayReuse = request.contentLength() >= 0 && request.contentLength() <= MAX_REPEATABLE_BYTES;
        this.waiting = requestHead(head, route);
    }

    /** For a head that came over the listener for nodes. What the exchange needs of it later, it copies. */
    static Exchange of(ClientConnection connection, RequestHead head, RequestTraits request) {
        String target = head.target();
        if (target.equals(DecisionQuestion.PATH) && head.methodIs("GET")) {
            boolean decides = connection.loop().parts().decides().getAsBoolean();
            return new Told(connection, request, decides ? NodeAnswer.DECIDES : NodeAnswer.DECIDES_NOTHING);
        }
        Exchange log = NodeLogExchange.of(connection, head, request);
        if (log != null) {
            return log;
        }
        int id = ReplicaTarget.NODE_PATH.length();
        int slash = target.indexOf('/', id);
        if (!target.startsWith(ReplicaTarget.NODE_PATH) || slash < 0) {
            return new Told(connection, request, NodeAnswer.REFUSED);
        }
        String path = target.substring(slash + 1);
        InferenceRoute route = InferenceRoute.ofPath(path);
        if (route == null || route.answeredByGateway() || !head.methodIs(route.method())) {
            return new Told(connection, request, NodeAnswer.REFUSED);
        }
        Replica replica = connection.loop().parts().table().replica(target.substring(id, slash));
        return replica == null || replica.target().place() != ReplicaTarget.Place.HERE
                ? new Told(connection, request, NodeAnswer.NOT_HERE)
                : new NodeExchange(connection, head, request, replica, path);
    }

    /** Says why there is no answer. */
    private static void tell(
            ClientConnection connection, RequestTraits request, ClientResponse response, NodeAnswer answer) {
        if (!connection.requestEnded() && !request.worthDraining()) {
            response.lastOnConnection();
        }
        ByteBuf head = response.startHead(answer.status(), 0);
        answer.append(head);
        response.endHead(head, answer.status(), 0);
        response.end();
    }

    /** A call that ends where it starts, with a word of this node's own. */
    private static final class Told extends AnswerAtOnce {
        private final RequestTraits request;
        private final NodeAnswer answer;

        Told(ClientConnection connection, RequestTraits request, NodeAnswer answer) {
            super(connection);
            this.request = request;
            this.answer = answer;
        }

        @Override
        public void start() {
            tell(connection(), request, new ClientResponse(connection(), request), answer);
        }
    }

    private ByteBuf requestHead(RequestHead head, String route) {
        ByteBuf out = connection.alloc().buffer(4096);
        HeadWriter.requestLine(out, head.method(), replica.pathOf(route));
        out.writeBytes(replica.fixedHeaders());
        HeadWriter.header(out, "X-Request-Id", request.requestId());
        head.copyPassing(KnownHeader.TO_MODEL_SERVER, out);
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
    public void start() {
        connection.loop().observer().counters().add(LoopCounters.BROUGHT, 1);
        replica.requestStarted();
        connection.loop().pool().acquire(replica.address(), mayReuse, this);
        started = true;
    }

    @Override
    public void connected(UpstreamConnection connected) {
        if (ended) {
            connection.loop().pool().putBack(connected);
            return;
        }
        upstream = connected;
        GatewayConfig config = connection.loop().parts().config();
        connected.begin(
                this,
                request.head(),
                config.firstByteTimeout().toNanos(),
                config.upstreamIdleTimeout().toNanos());
        if (connection.requestEnded()) {
            requestEnded();
        } else if (started) {
            sendWaiting(); // Else the body may follow at once, and leave with the head in one write.
        }
        connection.resumeReading();
    }

    @Override
    public void connectFailed() {
        giveUp(NodeAnswer.UNREACHABLE);
    }

    @Override
    public void requestBody(ByteBuf content) {
        ByteBuf out = waiting == null ? connection.alloc().buffer(content.readableBytes() + 16) : waiting;
        waiting = out;
        if (chunked()) {
            HeadWriter.chunkSize(out, content.readableBytes());
        }
        out.writeBytes(content, content.readerIndex(), content.readableBytes());
        if (chunked()) {
            out.writeBytes(HeadWriter.CRLF);
        }
        if (upstream == null && out.readableBytes() > MAX_WAITING_BYTES) {
            connection.pauseReading();
        } else if (out.readableBytes() >= PIECE_BYTES) {
            sendWaiting();
        }
    }

    @Override
    public void requestReadComplete() {
        sendWaiting();
    }

    /** Not each piece, which may hold one byte, but what came in one read. */
    private void sendWaiting() {
        UpstreamConnection to = upstream;
        ByteBuf out = waiting;
        if (to != null && out != null) {
            waiting = null;
            to.send(out);
            if (!to.writable()) {
                connection.pauseReading();
            }
        }
    }

    @Override
    public void requestEnded() {
        UpstreamConnection to = upstream;
        if (to == null) {
            return; // Told again when there is a connection.
        }
        if (chunked()) {
            ByteBuf out = waiting == null ? connection.alloc().buffer(8) : waiting;
            waiting = out.writeBytes(HeadWriter.LAST_CHUNK);
        }
        sendWaiting();
        to.requestEnded();
    }

    @Override
    public void requestBroken(String reason) {
        response.lastOnConnection();
        giveUp(NodeAnswer.REFUSED);
    }

    @Override
    public void internalError() {
        response.lastOnConnection();
        giveUp(NodeAnswer.CLOSED);
    }

    @Override
    public void responseHead(ResponseHead answer, long bodyLength) {
        if (upstream != null && upstream.endsWithConnection()) {
            response.untilClose();
        }
        ByteBuf out = response.startHead(answer.status(), bodyLength);
        answer.copyPassing(KnownHeader.FROM_MODEL_SERVER | KnownHeader.FROM_OWN_MODEL_SERVER, out);
        response.endHead(out, answer.status(), bodyLength);
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
        upstream = null;
        if (end()) {
            response.end();
        }
    }

    @Override
    public void failed(UpstreamConnection.Failure failure, boolean untouched) {
        UpstreamConnection failed = upstream;
        upstream = null;
        boolean again = untouched
                && failure == UpstreamConnection.Failure.CLOSED
                && mayReuse
                && failed != null
                && failed.reused();
        giveUp(again ? NodeAnswer.AGAIN : NodeAnswer.of(failure));
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
        response.lastOnConnection();
        giveUp(NodeAnswer.NOT_HERE);
    }

    private void giveUp(NodeAnswer answer) {
        if (!end()) {
            return;
        }
        if (response.begun()) {
            response.cutOff();
        } else {
            tell(connection, request, response, answer);
        }
    }

    /** Lets go of everything but the answer; false if that has been done before. */
    private boolean end() {
        if (ended) {
            return false;
        }
        ended = true;
        replica.requestEnded();
        if (waiting != null) {
            waiting.release();
            waiting = null;
        }
        if (upstream != null) {
            upstream.cancel();
            upstream = null;
        }
        return true;
    }
}
