package dev.inferencekey.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;

/** One connection with one request at a time. Confined to the load's loop. */
@SuppressWarnings("FutureReturnValueIgnored") // A write that fails closes the channel, and closing is what is acted on.
abstract class AnswerHandler extends SimpleChannelInboundHandler<HttpObject> {
    private boolean failed;
    private boolean over;

    /** Bytes of an answer whose status was 200. */
    abstract void bytes(ByteBuf content);

    /** The answer has ended as a whole. */
    abstract void answered(ChannelHandlerContext context);

    /** The answer was another one than 200, or the connection has broken. Nothing follows. */
    abstract void failed();

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        if (message instanceof HttpResponse response && response.status().code() != 200) {
            failed = true;
        }
        if (failed) {
            context.close();
            return;
        }
        if (message instanceof HttpContent content) {
            if (content.decoderResult().isFailure()) {
                failed = true;
                context.close();
                return;
            }
            if (content.content().isReadable()) {
                bytes(content.content());
            }
            if (message instanceof LastHttpContent) {
                answered(context);
            }
        }
    }

    /** From now on the end of the connection is no failure. */
    void leave(ChannelHandlerContext context) {
        over = true;
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (!over) {
            over = true;
            failed();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
