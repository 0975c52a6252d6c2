package dev.inferencekey.server.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Takes accepted connections in when the event loop is done with the events that it got at once.
 *
 * <p>Notes. epoll tells of many sockets at once, by their numbers. If the first of them makes us close the second and open another one,
 * the kernel gives that one the freed number, and what is still to be said of the closed socket (that its caller has left, mostly) is
 * taken for news of the open one, which is closed in turn. So no socket is taken into the loop while events of others are handled:
 * neither an accepted one nor one to a model server.
 */
final class AcceptAfterEvents extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        context.channel().eventLoop().execute(() -> {
            if (context.channel().isOpen()) {
                context.fireChannelRead(accepted);
            } else {
                ((Channel) accepted).unsafe().closeForcibly();
            }
        });
    }
}
