package dev.inferencekey.bench.model;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * The model server as a program: prints its port and serves until its standard input ends, so that it never outlives who started it.
 * One event loop.
 */
public final class ModelServer {
    private ModelServer() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        EventLoopGroup group =
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("model"), EpollIoHandler.newFactory());
        Metronome metronome = new Metronome(group.next());
        Channel listening = new ServerBootstrap()
                .group(group)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 16_384)
                .childOption(ChannelOption.TCP_NODELAY, true)
                // What a run leaves must not wait for a minute in the kernel.
                .childOption(ChannelOption.SO_LINGER, 0)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new ModelConnection(metronome));
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
        System.out.println(((InetSocketAddress) listening.localAddress()).getPort());
        while (System.in.read() >= 0) {
            // Whoever started this says nothing; the end of its stream is the sign.
        }
        System.exit(0);
    }
}
