package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.inference.RequestTarget;
import dev.inferencekey.server.ports.access.OpenRequests;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection: takes what comes apart into requests and gives each to an {@link Exchange}, one at a time and in order.
 *
 * <p>Notes. Bytes that a client sends before it has the answer to its last request are kept, up to a bound, beyond which nothing more is
 * read. Reading goes on while an answer is awaited, since a client's leaving is only seen by reading. After an answer that came before
 * the request's end, up to {@value #MAX_DRAIN_BYTES} bytes of it are thrown away; then the connection is closed, in an orderly way: our side
 * first, and what still comes is thrown away for a moment, because a reset would destroy the answer on its way.
 *
 * <p>Confined to its event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A write that fails closes the channel, and closing is what is acted on.
final class ClientConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    static final int MAX_DRAIN_BYTES = 256 * 1024;

    private static final int MAX_PIPELINED_BYTES = 64 * 1024;
    private static final int PAUSED_BY_EXCHANGE = 1;
    private static final int PAUSED_BY_PIPELINE = 2;
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final GatewayLoop loop;
    private final Channel channel;
    private final Listening listening;
    private final TrustedProxies.Caller peer;
    private boolean peerIsProxy;

    private @Nullable Exchange exchange;
    private boolean requestEnded = true;
    private boolean lastRequest;
    private boolean lingering;
    private long drained;
    private final HeadReader headReader = new HeadReader();
    private final BodyFraming framing = new BodyFraming();
    /** What has come and nobody has taken yet; null if there is nothing. */
    private @Nullable ByteBuf unread;

    /** Who sent the request that is being answered, and what its answer says to browsers. */
    private TrustedProxies.Caller caller;

    private byte @Nullable [] corsLines;

    private boolean taking;
    /** What is being taken has just come, and more may follow at once. */
    private boolean reading;

    private boolean pieceTold;
    /** Clients tend to ask for the same again. */
    private byte[] lastTargetBytes = new byte[0];

    private RequestTarget lastTarget = RequestTarget.parse("");
    private int pauses;

    private long idleSince;
    private long headSince = -1;
    /** When the head of the request that is being answered had come. */
    private long requestSince;

    private long bodySince;
    private long unwritableSince;

    ClientConnection(GatewayLoop loop, Channel channel, Listening listening) {
        this.loop = loop;
        this.channel = channel;
        this.listening = listening;
        IpAddress address = peerAddress();
        this.peer =
                new TrustedProxies.Caller(address == null ? TrustedProxies.UNKNOWN : address.text(), listening.tls());
        this.peerIsProxy = address != null && loop.parts().proxies().trusts(address);
        this.caller = peer;
    }

    private @Nullable IpAddress peerAddress() {
        SocketAddress remote = channel.remoteAddress();
        return remote instanceof InetSocketAddress inet ? IpAddress.of(inet.getAddress()) : null;
    }

    /** Other proxies may be trusted now: holds from the next request on. */
    void reconfigured() {
        IpAddress address = peerAddress();
        peerIsProxy = address != null && loop.parts().proxies().trusts(address);
    }

    GatewayLoop loop() {
        return loop;
    }

    ByteBufAllocator alloc() {
        return channel.alloc();
    }

    Listening listening() {
        return listening;
    }

    /** The caller's IP address: the peer's, or the one that a trusted proxy names for the request that is being answered. */
    String clientAddress() {
        return caller.address();
    }

    /** Whether the caller speaks TLS, with us or with a trusted proxy. */
    boolean callerUsesTls() {
        return caller.https();
    }

    /** What the answer's head says to browsers; null for nothing. */
    byte @Nullable [] corsLines() {
        return corsLines;
    }

    boolean writable() {
        return channel.isWritable();
    }

    /** Whether the request that is being answered has come to its end. */
    boolean requestEnded() {
        return requestEnded;
    }

    void write(ByteBuf bytes) {
        channel.write(bytes, channel.voidPromise());
    }

    void flush() {
        channel.flush();
    }

    /** Stops reading the request's body. */
    void pauseReading() {
        pause(PAUSED_BY_EXCHANGE);
    }

    void resumeReading() {
        bodySince = loop.now();
        resume(PAUSED_BY_EXCHANGE);
    }

    /**
     * The answer has been written.
     *
     * @param keepAlive whether the connection can carry another request
     */
    void exchangeEnded(boolean keepAlive) {
        exchange = null;
        idleSince = loop.now();
        drained = 0;
        resume(PAUSED_BY_EXCHANGE);
        if (!keepAlive || loop.closesConnections()) {
            closeInOrder();
        } else if (requestEnded) {
            takeUnread();
        }
    }

    /** Ends the connection where it is: the caller must not take what it has for the whole answer. */
    void abort() {
        exchange = null;
        lastRequest = true;
        channel.close();
    }

    void close() {
        Exchange current = exchange;
        if (current != null) {
            current.gatewayStopping();
        }
        channel.close();
    }

    /** Ends the request that is under way if it is one of these; whether it was. */
    boolean endRequest(OpenRequests.Which which) {
        return exchange != null && exchange.endIf(which);
    }

    void closeIfIdle() {
        if (exchange == null) {
            channel.close();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        idleSince = loop.now();
        loop.opened(this);
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        reading = true;
        if (lastRequest) {
            in.release();
            return;
        }
        unread = unread == null ? in : joined(unread, in);
        takeUnread();
        if (unread != null) {
            unread = loop.receiveBuffer().toKeep(unread);
        }
        if (tooMuchIsWaiting()) {
            pause(PAUSED_BY_PIPELINE);
        }
    }

    /** Appends; owns both. */
    private static ByteBuf joined(ByteBuf first, ByteBuf second) {
        ByteBuf all = first;
        if (first.writableBytes() < second.readableBytes()) {
            all = first.alloc().buffer(Math.max(1024, (first.readableBytes() + second.readableBytes()) * 2));
            all.writeBytes(first);
            first.release();
        }
        all.writeBytes(second);
        second.release();
        return all;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        pieceTold();
        ctx.fireChannelReadComplete();
    }

    /** Nothing more is there of a body whose pieces an exchange has been told. */
    private void pieceTold() {
        Exchange current = exchange;
        if (pieceTold && current != null && !requestEnded) {
            current.requestReadComplete();
        }
        pieceTold = false;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        loop.closed(this);
        lastRequest = true;
        releaseUnread();
        Exchange current = exchange;
        exchange = null;
        if (current != null) {
            current.clientGone();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (!channel.isWritable()) {
            unwritableSince = loop.now();
        } else if (exchange != null) {
            exchange.clientWritable();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Exchange current = exchange;
        if (cause instanceof IOException || current == null) {
            channel.close(); // A reset, or nobody to answer.
            return;
        }
        LOG.atError().setCause(cause).log("a request failed in the gateway's own code");
        lastRequest = true;
        current.internalError();
    }

    /** Looks at the timeouts; called now and then. */
    void sweep(long now) {
        GatewayConfig config = loop.parts().config();
        if (!channel.isWritable()
                && now - unwritableSince > config.slowReaderTimeout().toNanos()) {
            channel.close();
        } else if (exchange != null && isOverdue(now, config) && exchange.overdue()) {
            // That has ended it; the next look finds what has become of the connection.
        } else if (lingering) {
            if (now - idleSince > LINGER_NANOS) {
                channel.close();
            }
        } else if (!requestEnded) {
            if (pauses == 0 && now - bodySince > config.requestBodyTimeout().toNanos()) {
                bodyTimedOut();
            }
        } else if (exchange == null) {
            sweepIdle(now, config);
        }
    }

    private boolean isOverdue(long now, GatewayConfig config) {
        long total = config.totalTimeout().toNanos();
        return total > 0 && now - requestSince > total;
    }

    private void sweepIdle(long now, GatewayConfig config) {
        if (unread == null) {
            headSince = -1;
            if (now - idleSince > config.keepAliveTimeout().toNanos()) {
                channel.close();
            }
        } else if (headSince < 0) {
            headSince = now;
        } else if (now - headSince > config.requestHeadTimeout().toNanos()) {
            channel.close();
        }
    }

    private void bodyTimedOut() {
        if (exchange == null) {
            channel.close();
        } else {
            lastRequest = true;
            exchange.requestBroken("the request's body has stopped coming");
        }
    }

    @SuppressWarnings("ReferenceEquality") // Whether it is still the same buffer, not one with the same bytes.
    private void takeUnread() {
        if (taking) {
            return; // An exchange that ends at once must not make this recursive.
        }
        taking = true;
        try {
            ByteBuf in = unread;
            while (in != null && in == unread && in.isReadable() && !lastRequest && takeNext(in)) {
                // All is done in the condition.
            }
        } finally {
            taking = false;
        }
        if (!reading) {
            pieceTold();
        }
        ByteBuf left = unread;
        if (left != null && (lastRequest || !left.isReadable())) {
            releaseUnread();
        }
        if (!tooMuchIsWaiting()) {
            resume(PAUSED_BY_PIPELINE);
        }
    }

    /** Whether the client has sent so much ahead of its turn that nothing more is read. */
    private boolean tooMuchIsWaiting() {
        ByteBuf left = unread;
        return left != null && requestEnded && exchange != null && left.readableBytes() > MAX_PIPELINED_BYTES;
    }

    /** Takes one head or one piece of a body; false if nothing more can be taken now. */
    private boolean takeNext(ByteBuf in) {
        return requestEnded ? exchange == null && takeHead(in) : takeBody(in);
    }

    private boolean takeHead(ByteBuf in) {
        RequestHead head = loop.requestHead();
        int end = headReader.read(in, head, loop.headBytes());
        if (end == MessageHead.INCOMPLETE) {
            return false;
        }
        headSince = -1;
        requestSince = loop.now();
        bodySince = requestSince;
        if (end < 0) {
            lastRequest = true;
            caller = peer;
            corsLines = null;
            begin(ExchangeStart.ofUnreadable(this, head, end != MessageHead.MALFORMED));
            return false;
        }
        in.skipBytes(end);
        requestEnded = false;
        caller = peerIsProxy ? loop.parts().proxies().behind(head, peer) : peer;
        if (head.contentLength() == MessageHead.CHUNKED) {
            framing.chunked();
        } else {
            framing.length(Math.max(0, head.contentLength()));
        }
        RequestTarget target = target(head);
        corsLines = RequestTarget.isDataPlane(target)
                ? loop.parts().config().edge().cors().lines(head)
                : null;
        begin(ExchangeStart.of(this, head, target));
        if (head.contentLength() == 0 || head.contentLength() == MessageHead.NOT_SAID) {
            requestHasEnded();
        }
        return true;
    }

    private RequestTarget target(RequestHead head) {
        if (!head.targetIs(lastTargetBytes)) {
            lastTargetBytes = head.targetBytes();
            lastTarget = RequestTarget.parse(head.target());
        }
        return lastTarget;
    }

    private void begin(Exchange next) {
        exchange = next;
        next.start();
    }

    private boolean takeBody(ByteBuf in) {
        bodySince = loop.now();
        switch (framing.next(in)) {
            case NONE -> {
                return false;
            }
            case DATA -> {
                bodyPiece(in, framing.length());
                if (framing.lengthReached() && !lastRequest) {
                    requestHasEnded();
                }
            }
            case END -> requestHasEnded();
            case MALFORMED -> {
                lastRequest = true;
                if (exchange == null) {
                    channel.close();
                } else {
                    exchange.requestBroken("the request's body is not framed as HTTP/1.1 says");
                }
                return false;
            }
        }
        return true;
    }

    @SuppressWarnings("ReferenceEquality") // Whether it is still the same buffer, not one with the same bytes.
    private void bodyPiece(ByteBuf in, int length) {
        int pieceEnd = in.readerIndex() + length;
        Exchange current = exchange;
        if (current == null) {
            in.readerIndex(pieceEnd);
            drained += length;
            if (drained > MAX_DRAIN_BYTES) {
                closeInOrder();
            }
            return;
        }
        // The exchange sees the piece and nothing else, without a slice being made for it.
        int end = in.writerIndex();
        in.writerIndex(pieceEnd);
        pieceTold = true;
        current.requestBody(in);
        if (in == unread) {
            in.setIndex(pieceEnd, end);
        }
    }

    private void requestHasEnded() {
        requestEnded = true;
        if (exchange != null) {
            exchange.requestEnded();
        }
    }

    private void closeInOrder() {
        lastRequest = true;
        lingering = true;
        idleSince = loop.now();
        releaseUnread();
        resume(PAUSED_BY_PIPELINE);
        channel.writeAndFlush(channel.alloc().buffer(0)).addListener(_ -> {
            if (channel instanceof DuplexChannel duplex && channel.isActive()) {
                shutOutput(duplex);
            }
        });
    }

    /** Over TLS the end is said in its words first: a reader can't tell a bare end from one that someone else brought about. */
    private static void shutOutput(DuplexChannel duplex) {
        SslHandler tls = duplex.pipeline().get(SslHandler.class);
        if (tls == null) {
            duplex.shutdownOutput();
        } else {
            tls.closeOutbound().addListener(_ -> duplex.shutdownOutput());
        }
    }

    private void releaseUnread() {
        ByteBuf left = unread;
        if (left != null) {
            unread = null;
            left.release();
        }
    }

    private void pause(int reason) {
        pauses |= reason;
        channel.config().setAutoRead(false);
    }

    private void resume(int reason) {
        pauses &= ~reason;
        if (pauses == 0 && !channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
    }
}
