package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
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
        /** {@code head} holds until this returns; {@code bodyLength} is -1 if it is not known yet. */
        void responseHead(ResponseHead head, long bodyLength);

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
    private static final int SWITCHING_PROTOCOLS = 101;

    private final UpstreamPool pool;
    private final UpstreamAddress address;
    private final Channel channel;
    private final HeadReader headReader = new HeadReader();
    private final BodyFraming framing = new BodyFraming();

    private @Nullable Receiver receiver;
    private boolean reused;
    private boolean requestEnded;
    private boolean toHead;
    private boolean byteSeen;
    private boolean headSeen;
    /** The part of a head that has come so far; null if there is none. */
    private @Nullable ByteBuf partialHead;

    private boolean reusable;
    private boolean retired;
    private boolean paused;
    private long firstByteNanos;
    private long silenceNanos;
    /** In the pool: since when. In use: since when nothing has come. */
    private long lastActivity;

    UpstreamConnection(UpstreamPool pool, UpstreamAddress address, Channel channel) {
        this.pool = pool;
        this.address = address;
        this.channel = channel;
    }

    UpstreamAddress address() {
        return address;
    }

    /** Whether the body that is being told ends where the connection does, so that nobody knows if it was whole. */
    boolean endsWithConnection() {
        return framing.endsWithConnection();
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
        toHead = head;
        byteSeen = false;
        headSeen = false;
        firstByteNanos = firstByteTimeoutNanos == 0 ? NO_DEADLINE : firstByteTimeoutNanos;
        silenceNanos = silenceTimeoutNanos == 0 ? NO_DEADLINE : silenceTimeoutNanos;
        lastActivity = pool.now();
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

    /** Carries no further request: closes at once, or when the answer under way is whole. */
    void retire() {
        retired = true;
        if (receiver == null) {
            channel.close();
        }
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
        ByteBuf in = (ByteBuf) message;
        ByteBuf before = partialHead;
        try {
            if (receiver == null) {
                channel.close(); // Nobody asked for these bytes.
                return;
            }
            lastActivity = pool.now();
            byteSeen |= in.isReadable();
            if (before == null) {
                read(in);
            } else {
                before.writeBytes(in);
                read(before);
                if (!before.isReadable() || headSeen || receiver == null) {
                    releasePartialHead();
                } else {
                    before.discardSomeReadBytes();
                }
            }
        } finally {
            in.release();
        }
    }

    @SuppressWarnings("ReferenceEquality") // Whether it is still the same receiver.
    private void read(ByteBuf in) {
        Receiver current = receiver;
        while (current != null && current == receiver && !headSeen && in.isReadable()) {
            if (!readHead(in, current)) {
                return;
            }
        }
        while (current != null && current == receiver && headSeen) {
            if (framing.lengthReached()) {
                end(in, current);
                return;
            }
            switch (framing.next(in)) {
                case NONE -> {
                    return;
                }
                case DATA -> piece(in, framing.length(), current);
                case END -> {
                    end(in, current);
                    return;
                }
                case MALFORMED -> fail(Failure.MALFORMED);
            }
        }
    }

    /** Reads one head, an informational one too; false if it is not complete yet. */
    private boolean readHead(ByteBuf in, Receiver current) {
        ResponseHead head = pool.responseHead();
        int end = headReader.read(in, head, pool.headBytes());
        if (end == MessageHead.INCOMPLETE) {
            if (partialHead == null) {
                partialHead = channel.alloc().buffer(1024).writeBytes(in);
            }
            return false;
        }
        if (end < 0) {
            fail(Failure.MALFORMED);
            return false;
        }
        in.skipBytes(end);
        int status = head.status();
        if (status == SWITCHING_PROTOCOLS) {
            fail(Failure.MALFORMED); // Nothing was offered that it could switch to.
        } else if (status >= 200) {
            headSeen = true;
            frame(head, status);
            reusable = head.keepAlive() && !framing.endsWithConnection();
            current.responseHead(head, Math.max(-1, head.contentLength()));
        }
        return true;
    }

    /** RFC 9112, section 6.3. */
    private void frame(ResponseHead head, int status) {
        if (toHead || status == 204 || status == 304) {
            framing.length(0);
        } else if (head.contentLength() == MessageHead.CHUNKED) {
            framing.chunked();
        } else if (head.contentLength() >= 0) {
            framing.length(head.contentLength());
        } else {
            framing.untilClose();
        }
    }

    /** The receiver sees the piece and nothing else, without a slice being made for it. */
    private static void piece(ByteBuf in, int length, Receiver current) {
        int pieceEnd = in.readerIndex() + length;
        int end = in.writerIndex();
        in.writerIndex(pieceEnd);
        current.responseBody(in);
        in.setIndex(pieceEnd, end);
    }

    /** The answer is whole. What has come behind it is no answer to anything, so the connection can't be trusted any more. */
    private void end(ByteBuf in, Receiver current) {
        receiver = null;
        if (reusable && !retired && requestEnded && !in.isReadable()) {
            reused = true;
            resume();
            lastActivity = pool.now();
            pool.putBack(this);
        } else {
            channel.close();
        }
        current.responseEnded();
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
        releasePartialHead();
        Receiver current = receiver;
        if (current != null && headSeen && framing.endsWithConnection()) {
            receiver = null;
            current.responseEnded();
        } else {
            fail(Failure.CLOSED);
        }
    }

    private void releasePartialHead() {
        if (partialHead != null) {
            partialHead.release();
            partialHead = null;
        }
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
        current.failed(failure, !byteSeen);
    }
}
