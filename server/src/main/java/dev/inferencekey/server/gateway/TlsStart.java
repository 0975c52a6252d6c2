package dev.inferencekey.server.gateway;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * Stands behind the TLS handler of a client's connection: lets nothing happen before the handshake is done, then has the connection served.
 * A handshake that fails, or does not come to its end in time, closes the connection without a word: anyone can make it fail.
 *
 * <p>Confined to its event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Closing can't fail in a way that matters.
final class TlsStart extends ChannelInboundHandlerAdapter {
    private final GatewayLoop loop;
    private final SocketChannel channel;
    private final SslHandler tls;
    private final Listening listening;
    private boolean begun;

    TlsStart(GatewayLoop loop, SocketChannel channel, ServerTls tls, Listening listening) {
        this.loop = loop;
        this.channel = channel;
        this.listening = listening;
        this.tls = tls.current().newHandler(channel.alloc());
        this.tls.setHandshakeTimeout(loop.parts().config().requestHeadTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    void addTo() {
        channel.pipeline().addLast(tls, this);
    }

    /** Whoever comes behind is told when the handshake is done. */
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        // Nothing yet.
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (!handshake.isSuccess() || loop.stopping()) {
                ctx.close();
                return;
            }
            if (begun) {
                return; // The keys have been changed; nothing else.
            }
            begun = true;
            if (ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol())) {
                new Http2Connection(loop, channel, listening).start();
            } else {
                channel.pipeline().addLast(new ClientConnection(loop, channel, listening));
                ctx.fireChannelActive();
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof SSLException || cause instanceof DecoderException) {
            ctx.close(); // No TLS, or broken TLS: nobody to answer.
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }
}
