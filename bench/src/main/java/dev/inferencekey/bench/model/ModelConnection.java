package dev.inferencekey.bench.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the model server. Reads requests just well enough to find their ends: its callers are our own contenders. Never
 * use it where strangers can reach it.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A write that fails closes the channel, and closing is what is acted on.
final class ModelConnection extends ChannelInboundHandlerAdapter {
    private static final int NEED_MORE = -1;

    private final Metronome metronome;
    private @Nullable ByteBuf unread;

    ModelConnection(Metronome metronome) {
        this.metronome = metronome;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        ByteBuf before = unread;
        if (before != null) {
            before.writeBytes(in);
            in.release();
            in = before;
            unread = null;
        }
        while (in.isReadable()) {
            int end = request(context, in);
            if (end == NEED_MORE) {
                break;
            }
            in.readerIndex(end);
        }
        if (in.isReadable()) {
            ByteBuf kept = context.alloc().buffer(in.readableBytes() + 4096);
            kept.writeBytes(in);
            unread = kept;
        }
        in.release();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (unread != null) {
            unread.release();
            unread = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    /** Answers the request at the reader index if it is whole; where it ends. */
    private int request(ChannelHandlerContext context, ByteBuf in) {
        int from = in.readerIndex();
        int to = in.writerIndex();
        int bodyAt = RequestBytes.headEnd(in, from, to);
        if (bodyAt < 0) {
            return NEED_MORE;
        }
        if (in.getByte(from) == 'G') {
            write(context, Answers.MODELS);
            return bodyAt;
        }
        int bodyEnd = RequestBytes.bodyEnd(in, from, bodyAt, to);
        if (bodyEnd < 0) {
            return NEED_MORE;
        }
        if (RequestBytes.find(in, from, bodyAt, RequestBytes.ECHO) >= 0) {
            echo(context, in, bodyAt, bodyEnd);
        } else if (RequestBytes.find(in, bodyAt, bodyEnd, RequestBytes.STREAM) >= 0) {
            stream(context, Pace.find(in.toString(bodyAt, bodyEnd - bodyAt, ISO_8859_1)));
        } else {
            write(context, Answers.SINGLE);
        }
        return bodyEnd;
    }

    private static void write(ChannelHandlerContext context, ByteBuf answer) {
        context.write(answer.duplicate(), context.voidPromise());
    }

    private static void echo(ChannelHandlerContext context, ByteBuf in, int from, int to) {
        ByteBuf out = context.alloc().buffer();
        out.writeCharSequence(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + (to - from) + "\r\n\r\n",
                ISO_8859_1);
        out.writeBytes(in, from, to - from);
        context.write(out, context.voidPromise());
    }

    private void stream(ChannelHandlerContext context, Pace pace) {
        write(context, Answers.STREAM_HEAD);
        long first = Metronome.now() + pace.firstMillis();
        if (pace.firstMillis() == 0) {
            chunk(context, pace, 1, first);
        } else {
            metronome.at(first, () -> chunk(context, pace, 1, first));
        }
    }

    private void chunk(ChannelHandlerContext context, Pace pace, int number, long due) {
        if (!context.channel().isActive()) {
            return;
        }
        ByteBuf out = context.alloc().directBuffer(Answers.CHUNK.readableBytes());
        out.writeBytes(Answers.CHUNK, 0, Answers.CHUNK.readableBytes());
        Stamp.write(out, Answers.STAMP_AT, System.nanoTime());
        context.writeAndFlush(out, context.voidPromise());
        if (number < pace.chunks()) {
            // Who is late by a whole interval leaves chunks out: catching up would make an overload last for ever.
            long now = Metronome.now();
            long next = Math.max(due, now - pace.everyMillis()) + pace.everyMillis();
            metronome.at(next, () -> chunk(context, pace, number + 1, next));
        } else {
            write(context, Answers.STREAM_END);
            context.flush();
        }
    }
}
