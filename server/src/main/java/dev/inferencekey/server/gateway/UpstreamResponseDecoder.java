package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.util.List;

/** Netty's response decoder, told whether the answer is one to a {@code HEAD}, and telling whether any byte of it has come. */
final class UpstreamResponseDecoder extends HttpResponseDecoder {
    private static final int MAX_STATUS_LINE_BYTES = 8 * 1024;

    private boolean toHead;
    private boolean byteSeen;

    UpstreamResponseDecoder(GatewayConfig config) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_STATUS_LINE_BYTES)
                .setMaxHeaderSize(config.maxHeaderBytes())
                .setMaxChunkSize(64 * 1024));
    }

    /** The next answer is one to a new request. */
    void expect(boolean head) {
        toHead = head;
        byteSeen = false;
    }

    boolean byteSeen() {
        return byteSeen;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) throws Exception {
        byteSeen |= buffer.isReadable();
        super.decode(ctx, buffer, out);
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        return super.isContentAlwaysEmpty(message) || toHead;
    }
}
