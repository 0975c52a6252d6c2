package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A client's HTTP/2 connection: each stream becomes a channel with a {@link ClientConnection} of its own, on this event loop.
 *
 * <p>Notes. What a client can have done for nothing is bounded: streams at a time, the size of headers, frames that only reset a stream, that
 * carry nothing, or that ask for an acknowledgement. The connection's window is as large as those of all its streams together, so that one
 * that is not read does not hold up the others.
 *
 * <p>Confined to its event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A write that fails closes the channel, and closing is what is acted on.
final class Http2Connection extends ChannelInboundHandlerAdapter {
    private static final int STREAM_WINDOW = 65_535;
    private static final int MAX_CONNECTION_WINDOW = 16 << 20;
    private static final int MAX_RESETS = 200;
    private static final int RESETS_SECONDS = 30;
    private static final int MAX_EMPTY_FRAMES = 2;
    private static final int MAX_SMALL_CONTINUATIONS = 16;
    private static final int MAX_CONTROL_FRAMES = 500;
    private static final long CONTROL_FRAMES_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** What an answer's head may hold besides what came from upstream. */
    private static final int OWN_HEADERS_BYTES = 4096;

    private final GatewayLoop loop;
    private final SocketChannel channel;
    private final Listening listening;
    private final ResponseHead responseHead;
    private final Set<Channel> streams = new HashSet<>();
    private byte[] headBytes = new byte[1024];
    private long idleSince;
    private int controlFrames;
    private long controlFramesSince;

    Http2Connection(GatewayLoop loop, SocketChannel channel, Listening listening) {
        this.loop = loop;
        this.channel = channel;
        this.listening = listening;
        this.responseHead = new ResponseHead(loop.parts().config().maxHeaderBytes() + OWN_HEADERS_BYTES);
        this.idleSince = loop.now();
        this.controlFramesSince = idleSince;
    }

    void start() {
        GatewayConfig config = loop.parts().config();
        int most = config.edge().maxConcurrentStreams();
        Http2FrameCodec codec = Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings()
                        .maxConcurrentStreams(most)
                        .maxHeaderListSize(config.maxHeaderBytes())
                        .initialWindowSize(STREAM_WINDOW))
                .validateHeaders(true)
                .decoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESETS_SECONDS)
                .encoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESETS_SECONDS)
                .decoderEnforceMaxConsecutiveEmptyDataFrames(MAX_EMPTY_FRAMES)
                .decoderEnforceMaxSmallContinuationFrames(MAX_SMALL_CONTINUATIONS)
                .headerSensitivityDetector(
                        (name, _) -> AsciiString.contentEqualsIgnoreCase(name, HttpHeaderNames.SET_COOKIE))
                .gracefulShutdownTimeoutMillis(0)
                .build();
        channel.pipeline()
                .addLast(
                        codec,
                        new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel stream) {
                                opened(stream);
                            }
                        }),
                        this);
        loop.opened(this);
        long window = Math.min((long) STREAM_WINDOW * most, MAX_CONNECTION_WINDOW);
        if (window > STREAM_WINDOW) {
            channel.writeAndFlush(new DefaultHttp2WindowUpdateFrame((int) window - STREAM_WINDOW));
        }
    }

    private void opened(Channel stream) {
        streams.add(stream);
        stream.closeFuture().addListener(_ -> closed(stream));
        stream.pipeline().addLast(new Http2Stream(this), new ClientConnection(loop, stream, listening));
    }

    private void closed(Channel stream) {
        streams.remove(stream);
        idleSince = loop.now();
        if (streams.isEmpty() && loop.closesConnections()) {
            channel.close();
        }
    }

    /** Where an answer's head is read. */
    ResponseHead responseHead() {
        return responseHead;
    }

    /** What can be read of the buffer, in an array that is used again. */
    byte[] headBytes(ByteBuf in) {
        int length = in.readableBytes();
        if (headBytes.length < length) {
            headBytes = new byte[length];
        }
        in.getBytes(in.readerIndex(), headBytes, 0, length);
        return headBytes;
    }

    /** What is not about one stream. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof Http2GoAwayFrame leaving) {
                if (leaving.errorCode() != Http2Error.NO_ERROR.code()) {
                    channel.close();
                }
            } else if (message instanceof Http2SettingsFrame
                    || (message instanceof Http2PingFrame ping && !ping.ack())) {
                countControlFrame();
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void countControlFrame() {
        long now = loop.now();
        if (now - controlFramesSince > CONTROL_FRAMES_NANOS) {
            controlFramesSince = now;
            controlFrames = 0;
        }
        if (++controlFrames > MAX_CONTROL_FRAMES) {
            channel.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.ENHANCE_YOUR_CALM));
            channel.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        loop.closed(this);
        // A stream that is not being read would not see it.
        List.copyOf(streams).forEach(Channel::close);
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof Http2Exception)) { // Which the codec itself answers, and closes.
            channel.close();
        }
    }

    /** Looks at the timeouts; called now and then. A stream looks after its own. */
    void sweep(long now) {
        if (streams.isEmpty()
                && now - idleSince > loop.parts().config().keepAliveTimeout().toNanos()) {
            channel.close();
        }
    }

    /** Asks the client to open further streams on another connection; those that are on their way are served. */
    void sendElsewhere() {
        channel.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(Integer.MAX_VALUE));
    }

    /** Takes no more streams, and closes when the last one has ended. */
    void stop() {
        if (streams.isEmpty()) {
            channel.close();
        } else {
            channel.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
        }
    }

    void close() {
        channel.close();
    }
}
