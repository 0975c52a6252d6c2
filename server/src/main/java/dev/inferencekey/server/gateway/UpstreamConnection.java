package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a model server or to the manager. It carries one request at a time and goes back to its pool when the answer and the
 * request are whole.
 *
 * <p>Confined to its event loop, which is the caller's own.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A write that fails closes the channel, and closing is what is acted on.
final class UpstreamConnection extends ChannelInboundHandlerAdapter {
    /** Who waits for the answer. After {@link #responseEnded} or {@link #failed}, nothing more is told. */
    interface Receiver {
        void responseHead(HttpResponse head);

        /** A piece of the body; not to be kept or released. */
        void responseBody(ByteBuf content);

        /** All that came in one read has been told. */
        void responseReadComplete();

        void responseEnded();

        /**
         * The answer will not come, or no more of it.
         *
         * @param untouched not a single byte of an answer has come
         */
        void failed(Failure failure, boolean untouched);

        /** More of the request can be sent. */
        void upstreamWritable();
    }

    /** How an answer fails. */
    enum Failure {
        CLOSED,
        MALFORMED,
        TIMED_OUT
    }

    private static final Logger LOG = LoggerFactory.getLogger(UpstreamConnection.class);
    private static final long NO_DEADLINE = Long.MAX_VALUE;

    private final UpstreamPool pool;
    private final UpstreamAddress address;
    private final Channel channel;
    private final UpstreamResponseDecoder decoder;

    private @Nullable Receiver receiver;
    private boolean reused;
    private boolean requestEnded;
    private boolean headSeen;
    private boolean informational;
    private boolean reusable;
    private boolean paused;
    private long firstByteNanos;
    private long silenceNanos;
    /** In the pool: since when. In use: since when nothing has come. */
    private long lastActivity;

    UpstreamConnection(UpstreamPool pool, UpstreamAddress address, Channel channel, UpstreamResponseDecoder decoder) {
        this.pool = pool;
        this.address = address;
        this.channel = channel;
        this.decoder = decoder;
    }

    UpstreamAddress address() {
        return address;
    }

    /** Whether it has already carried a request before the present one. */
    boolean reused() {
        return reused;
    }

    boolean usable() {
        return channel.isActive();
    }

    boolean writable() {
        return channel.isWritable();
    }

    /** Starts a request. A timeout of 0 nanoseconds means none. */
    void begin(Receiver newReceiver, boolean head, long firstByteTimeoutNanos, long silenceTimeoutNanos) {
        receiver = newReceiver;
        requestEnded = false;
        headSeen = false;
        informational = false;
        firstByteNanos = firstByteTimeoutNanos == 0 ? NO_DEADLINE : firstByteTimeoutNanos;
        silenceNanos = silenceTimeoutNanos == 0 ? NO_DEADLINE : silenceTimeoutNanos;
        lastActivity = pool.now();
        decoder.expect(head);
    }

    /** Sends a part of the request; owns {@code bytes} from now on. */
    void send(ByteBuf bytes) {
        lastActivity = pool.now();
        channel.writeAndFlush(bytes, channel.voidPromise());
    }

    /** The request has been sent to its end. */
    void requestEnded() {
        requestEnded = true;
    }

    /** Stops reading the answer, because its reader is slow. */
    void pause() {
        if (!paused) {
            paused = true;
            channel.config().setAutoRead(false);
        }
    }

    void resume() {
        if (paused) {
            paused = false;
            lastActivity = pool.now();
            channel.config().setAutoRead(true);
        }
    }

    /** Gives the request up: the model server sees the connection close. Nothing more is told to the receiver. */
    void cancel() {
        receiver = null;
        channel.close();
    }

    /** Looks at the timeouts; called now and then. */
    void sweep(long now) {
        if (receiver == null) {
            if (now - lastActivity > pool.keepNanos()) {
                channel.close();
            }
        } else if (!paused && now - lastActivity > (headSeen ? silenceNanos : firstByteNanos)) {
            fail(Failure.TIMED_OUT);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Receiver current = receiver;
        try {
            if (current == null) {
                channel.close(); // Nobody asked for these bytes.
                return;
            }
            lastActivity = pool.now();
            DecoderResult result = ((HttpObject) message).decoderResult();
            if (result.isFailure()) {
                fail(Failure.MALFORMED);
                return;
            }
            if (message instanceof HttpResponse response) {
                head(response, current);
            }
            if (message instanceof HttpContent content) {
                content(content, current);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void head(HttpResponse response, Receiver current) {
        int status = response.status().code();
        informational = status / 100 == 1;
        if (status == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
            fail(Failure.MALFORMED); // Nothing was offered that it could switch to.
        } else if (!informational) {
            headSeen = true;
            reusable = HttpUtil.isKeepAlive(response);
            current.responseHead(response);
        }
    }

    private void content(HttpContent content, Receiver current) {
        boolean last = content instanceof LastHttpContent;
        if (informational) {
            informational = !last;
            return;
        }
        if (receiver != null && content.content().isReadable()) {
            current.responseBody(content.content());
        }
        if (receiver != null && last) {
            receiver = null;
            if (reusable && requestEnded) {
                reused = true;
                resume();
                lastActivity = pool.now();
                pool.putBack(this);
            } else {
                channel.close();
            }
            current.responseEnded();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (receiver != null && headSeen) {
            receiver.responseReadComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (receiver != null && channel.isWritable()) {
            receiver.upstreamWritable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        pool.forget(this);
        fail(Failure.CLOSED);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException) && !(cause instanceof DecoderException)) {
            LOG.atError().setCause(cause).log("an answer failed in the gateway's own code");
        }
        fail(Failure.CLOSED);
        channel.close();
    }

    private void fail(Failure failure) {
        Receiver current = receiver;
        if (current == null) {
            return;
        }
        receiver = null;
        channel.close();
        current.failed(failure, !decoder.byteSeen());
    }
}
