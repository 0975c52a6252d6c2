package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection: gives each request to an {@link Exchange}, one at a time and in order.
 *
 * <p>Notes. Requests that a client sends before it has the answer to the last one are kept, up to a bound, beyond which nothing more is
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

    private static final int MAX_PIPELINED_MESSAGES = 32;
    private static final int PAUSED_BY_EXCHANGE = 1;
    private static final int PAUSED_BY_PIPELINE = 2;
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final GatewayLoop loop;
    private final Channel channel;
    private final StrictRequestDecoder decoder;
    private final String clientAddress;

    private @Nullable Exchange exchange;
    private boolean requestEnded = true;
    private boolean lastRequest;
    private boolean lingering;
    private long drained;
    private final ArrayDeque<HttpObject> pipelined = new ArrayDeque<>(0);
    private boolean taking;
    private int pauses;

    private long idleSince;
    private long headSince = -1;
    private long bodySince;
    private long unwritableSince;

    ClientConnection(GatewayLoop loop, Channel channel, StrictRequestDecoder decoder) {
        this.loop = loop;
        this.channel = channel;
        this.decoder = decoder;
        SocketAddress remote = channel.remoteAddress();
        this.clientAddress =
                remote instanceof InetSocketAddress inet ? inet.getAddress().getHostAddress() : "unknown";
    }

    GatewayLoop loop() {
        return loop;
    }

    ByteBufAllocator alloc() {
        return channel.alloc();
    }

    /** The peer's IP address. */
    String clientAddress() {
        return clientAddress;
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
        if (!keepAlive || loop.stopping()) {
            closeInOrder();
        } else if (requestEnded) {
            takePipelined();
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
        HttpObject part = (HttpObject) message;
        if (lastRequest) {
            ReferenceCountUtil.release(part);
            return;
        }
        pipelined.add(part);
        takePipelined();
        if (pipelined.size() > MAX_PIPELINED_MESSAGES) {
            pause(PAUSED_BY_PIPELINE);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        loop.closed(this);
        lastRequest = true;
        releasePipelined();
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

    private void sweepIdle(long now, GatewayConfig config) {
        if (!decoder.insideHead()) {
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

    private void takePipelined() {
        if (taking) {
            return; // An exchange that ends at once must not make this recursive.
        }
        taking = true;
        try {
            while (!pipelined.isEmpty() && canTake(pipelined.peek())) {
                HttpObject part = pipelined.remove();
                try {
                    take(part);
                } finally {
                    ReferenceCountUtil.release(part);
                }
            }
        } finally {
            taking = false;
        }
        if (pipelined.isEmpty()) {
            resume(PAUSED_BY_PIPELINE);
        }
    }

    private boolean canTake(HttpObject part) {
        return !requestEnded || (exchange == null && part instanceof HttpRequest) || lastRequest;
    }

    private void take(HttpObject part) {
        if (lastRequest) {
            return;
        }
        if (part instanceof HttpRequest request) {
            requestEnded = false;
            headSince = -1;
            bodySince = loop.now();
            boolean unreadable = request.decoderResult().isFailure();
            if (unreadable) {
                lastRequest = true;
                requestEnded = true;
            }
            Exchange next = ExchangeStart.of(this, request);
            exchange = next;
            next.start();
            if (unreadable) {
                return;
            }
        }
        if (part instanceof HttpContent content) {
            takeBody(content);
        }
    }

    private void takeBody(HttpContent content) {
        if (content.decoderResult().isFailure()) {
            lastRequest = true;
            if (exchange == null) {
                channel.close();
            } else {
                exchange.requestBroken("the request's body is not framed as HTTP/1.1 says");
            }
            return;
        }
        boolean last = content instanceof LastHttpContent;
        ByteBuf bytes = content.content();
        bodySince = loop.now();
        if (exchange == null) {
            drained += bytes.readableBytes();
            if (drained > MAX_DRAIN_BYTES) {
                closeInOrder();
            }
        } else if (bytes.isReadable()) {
            exchange.requestBody(bytes);
        }
        if (last) {
            requestEnded = true;
            if (exchange != null) {
                exchange.requestEnded();
            }
        }
    }

    private void closeInOrder() {
        lastRequest = true;
        lingering = true;
        idleSince = loop.now();
        releasePipelined();
        resume(PAUSED_BY_PIPELINE);
        channel.writeAndFlush(channel.alloc().buffer(0)).addListener(_ -> {
            if (channel instanceof DuplexChannel duplex && channel.isActive()) {
                duplex.shutdownOutput();
            }
        });
    }

    private void releasePipelined() {
        pipelined.forEach(ReferenceCountUtil::release);
        pipelined.clear();
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
