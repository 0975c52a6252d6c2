package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Netty's request decoder, and what it lets pass that others might read differently: folded header lines, and control characters in the
 * request line.
 *
 * <p>Notes. While a head is being read, the decoder takes whole lines only, so the buffer always begins at a line's start. Each new
 * line is looked at once before the decoder gets it; between heads nothing is looked at.
 */
final class StrictRequestDecoder extends HttpRequestDecoder {
    private boolean insideHead;
    private boolean requestLineRead;
    private boolean insideBody;
    private boolean broken;

    StrictRequestDecoder(GatewayConfig config) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(config.maxRequestLineBytes())
                .setMaxHeaderSize(config.maxHeaderBytes())
                .setMaxChunkSize(64 * 1024)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true)
                .setAllowDuplicateContentLengths(false));
    }

    /** Whether a part of a head, but not all of it, has come. */
    boolean insideHead() {
        return insideHead;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) throws Exception {
        if (broken) {
            buffer.skipBytes(buffer.readableBytes());
            return;
        }
        if (!insideBody) {
            insideHead = buffer.isReadable();
            if (!headLinesAreStrict(buffer)) {
                broken = true;
                buffer.skipBytes(buffer.readableBytes());
                HttpRequest bad = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/bad-request");
                bad.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("folded or unclean line")));
                out.add(bad);
                return;
            }
        }
        int before = out.size();
        super.decode(ctx, buffer, out);
        for (int i = before; i < out.size(); i++) {
            Object message = out.get(i);
            if (message instanceof HttpRequest) {
                insideHead = false;
                requestLineRead = false;
                insideBody = true;
            }
            if (message instanceof LastHttpContent) {
                insideBody = false;
            }
        }
    }

    @Override
    protected HttpMessage createMessage(String[] initialLine) throws Exception {
        requestLineRead = true;
        return super.createMessage(initialLine);
    }

    private boolean headLinesAreStrict(ByteBuf buffer) {
        int end = buffer.writerIndex();
        int start = buffer.readerIndex();
        boolean afterRequestLine = requestLineRead;
        while (start < end) {
            int lineFeed = buffer.indexOf(start, end, (byte) '\n');
            int lineEnd = lineFeed < 0 ? end : lineFeed;
            int length = lineEnd - start;
            boolean empty = length == 0 || (length == 1 && buffer.getByte(start) == '\r');
            if (empty && afterRequestLine && lineFeed >= 0) {
                return true;
            }
            if (length > 0 && isBlank(buffer.getByte(start))) {
                return false;
            }
            if (!empty && !afterRequestLine) {
                if (hasControlCharacter(buffer, start, lineFeed < 0 ? end : lineEnd - 1)) {
                    return false;
                }
                afterRequestLine = true;
            }
            if (lineFeed < 0) {
                return true;
            }
            start = lineFeed + 1;
        }
        return true;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    /** A carriage return at the very end of what has come may be half of a line's end. */
    private static boolean hasControlCharacter(ByteBuf buffer, int from, int to) {
        for (int i = from; i < to; i++) {
            byte b = buffer.getByte(i);
            if ((b >= 0 && b < ' ' && !(b == '\r' && i == to - 1)) || b == 0x7f) {
                return true;
            }
        }
        return false;
    }
}
