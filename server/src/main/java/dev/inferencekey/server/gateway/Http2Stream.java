package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Stands between one HTTP/2 stream and a {@link ClientConnection} that knows nothing of it: what comes is written as one HTTP/1.1 request, and
 * the HTTP/1.1 answer is written as frames. See decision 13.
 *
 * <p>Notes. The request has one length, whether declared or in chunks, and frames that say otherwise end the stream before a byte of them is
 * passed on: there is never a second request behind the first. A client that resets its stream is gone, as if it had closed a connection.
 * Reading less of the stream leaves its window shut, so back-pressure needs nothing here.
 *
 * <p>Confined to its event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A write that fails ends the stream or the connection.
final class Http2Stream extends ChannelDuplexHandler {
    private enum Answer {
        HEAD,
        BODY,
        ENDED
    }

    private static final int HEAD_BYTES = 1024;
    private static final int CHUNK_LINES_BYTES = 16;

    private final Http2Connection connection;
    private final BodyFraming framing = new BodyFraming();

    private boolean headSeen;
    private boolean requestEnded;
    private boolean chunked;
    /** How many bytes of body may still come; of any use only if a length was declared. */
    private long left;

    private boolean toHead;
    private Answer answer = Answer.HEAD;
    private boolean begun;
    /** The beginning of a head whose end has not been written yet. */
    private @Nullable ByteBuf partial;

    Http2Stream(Http2Connection connection) {
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (requestEnded) {
                return; // Netty lets nothing come behind the end; nor does this.
            }
            if (message instanceof Http2HeadersFrame frame) {
                if (headSeen) {
                    trailers(ctx, frame);
                } else {
                    head(ctx, frame);
                }
            } else if (message instanceof Http2DataFrame frame) {
                data(ctx, frame);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void head(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
        Http2RequestHead head = Http2RequestHead.read(frame.headers(), frame.isEndStream());
        if (head == null) {
            malformed(ctx);
            return;
        }
        headSeen = true;
        requestEnded = frame.isEndStream();
        chunked = head.chunked();
        left = head.contentLength();
        toHead = head.method().equals("HEAD");
        ByteBuf out = ctx.alloc().buffer(HEAD_BYTES);
        head.writeTo(out);
        ctx.fireChannelRead(out);
    }

    private void trailers(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
        if (frame.isEndStream() && Http2RequestHead.areTrailers(frame.headers())) {
            end(ctx);
        } else {
            malformed(ctx);
        }
    }

    private void data(ChannelHandlerContext ctx, Http2DataFrame frame) {
        ByteBuf content = frame.content();
        int length = content.readableBytes();
        if (!headSeen || (!chunked && length > left)) {
            malformed(ctx);
            return;
        }
        // An empty chunk would be the body's end.
        if (length > 0 && chunked) {
            ByteBuf chunk = ctx.alloc().buffer(length + CHUNK_LINES_BYTES);
            HeadWriter.chunkSize(chunk, length);
            ctx.fireChannelRead(chunk.writeBytes(content).writeBytes(HeadWriter.CRLF));
        } else if (length > 0) {
            left -= length;
            ctx.fireChannelRead(content.readRetainedSlice(length));
        }
        if (frame.isEndStream()) {
            end(ctx);
        }
    }

    private void end(ChannelHandlerContext ctx) {
        if (!chunked && left > 0) {
            malformed(ctx);
            return;
        }
        requestEnded = true;
        if (chunked) {
            ctx.fireChannelRead(Unpooled.wrappedBuffer(HeadWriter.LAST_CHUNK));
        }
    }

    private void malformed(ChannelHandlerContext ctx) {
        requestEnded = true;
        reset(ctx, Http2Error.PROTOCOL_ERROR);
    }

    private void reset(ChannelHandlerContext ctx, Http2Error error) {
        answer = Answer.ENDED;
        ctx.writeAndFlush(new DefaultHttp2ResetFrame(error));
        ctx.close();
    }

    /** Nothing is read while reading is paused, so the stream's end has to be seen here. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame) {
            answer = Answer.ENDED;
            ctx.close();
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof Http2Exception wrong) {
            reset(ctx, wrong.error()); // What came was no HTTP/2; whatever is being done for it ends.
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (partial != null) {
            partial.release();
            partial = null;
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ByteBuf bytes = (ByteBuf) message;
        ByteBuf in = bytes;
        ByteBuf before = partial;
        if (before != null) {
            partial = null;
            in = before.writeBytes(bytes);
            bytes.release();
        }
        try {
            answer(ctx, in);
        } finally {
            in.release();
        }
        promise.trySuccess();
    }

    private void answer(ChannelHandlerContext ctx, ByteBuf in) {
        while (in.isReadable() && answer == Answer.HEAD) {
            if (!answerHead(ctx, in)) {
                return;
            }
        }
        while (answer == Answer.BODY) {
            switch (framing.next(in)) {
                case NONE -> {
                    return;
                }
                case DATA -> {
                    ByteBuf piece = in.readRetainedSlice(framing.length());
                    if (framing.lengthReached()) {
                        lastFrame(ctx, piece);
                    } else {
                        ctx.write(new DefaultHttp2DataFrame(piece, false));
                    }
                }
                case END -> lastFrame(ctx, Unpooled.EMPTY_BUFFER);
                case MALFORMED -> reset(ctx, Http2Error.INTERNAL_ERROR);
            }
        }
    }

    /** Takes a head; false if there is no whole one. */
    private boolean answerHead(ChannelHandlerContext ctx, ByteBuf in) {
        ResponseHead head = connection.responseHead();
        int end = head.read(connection.headBytes(in), 0, in.readableBytes());
        if (end == MessageHead.INCOMPLETE) {
            partial = ctx.alloc().buffer(HEAD_BYTES).writeBytes(in);
            return false;
        }
        if (end < 0) {
            reset(ctx, Http2Error.INTERNAL_ERROR);
            return false;
        }
        in.skipBytes(end);
        int status = head.status();
        Http2Headers headers = new DefaultHttp2Headers(false).status(AsciiString.of(Integer.toString(status)));
        head.forEachField((name, value) -> {
            AsciiString lower = name.toLowerCase();
            if (!isAboutTheConnection(lower)) {
                headers.add(lower, value);
            }
        });
        if (status / 100 == 1) {
            ctx.write(new DefaultHttp2HeadersFrame(headers, false));
            return true;
        }
        begun = true;
        long length = head.contentLength();
        boolean empty = toHead || status == 204 || status == 304 || length == 0;
        if (empty) {
            answer = Answer.ENDED;
            ctx.write(new DefaultHttp2HeadersFrame(headers, true)).addListener(_ -> answered(ctx));
            return true;
        }
        answer = Answer.BODY;
        ctx.write(new DefaultHttp2HeadersFrame(headers, false));
        if (length == MessageHead.CHUNKED) {
            framing.chunked();
        } else {
            framing.length(length);
        }
        return true;
    }

    private static boolean isAboutTheConnection(AsciiString name) {
        return name.contentEquals("connection")
                || name.contentEquals("transfer-encoding")
                || name.contentEquals("keep-alive");
    }

    private void lastFrame(ChannelHandlerContext ctx, ByteBuf content) {
        answer = Answer.ENDED;
        ctx.write(new DefaultHttp2DataFrame(content, true)).addListener(_ -> answered(ctx));
    }

    /** The whole answer has left. What has not come of the request by now is of no use any more. */
    private void answered(ChannelHandlerContext ctx) {
        if (!requestEnded && ctx.channel().isActive()) {
            requestEnded = true;
            ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
        }
        ctx.close();
    }

    /** An answer that will never be whole must not look like one. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (answer != Answer.ENDED && ctx.channel().isActive()) {
            answer = Answer.ENDED;
            ctx.writeAndFlush(new DefaultHttp2ResetFrame(begun ? Http2Error.INTERNAL_ERROR : Http2Error.CANCEL));
        }
        ctx.close(promise);
    }
}
