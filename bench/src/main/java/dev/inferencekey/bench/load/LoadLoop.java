package dev.inferencekey.bench.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * The one thread that sends all requests whose time matters. Everything that a run keeps belongs to it; {@link #on} is the way in.
 */
public final class LoadLoop implements AutoCloseable {
    private static final int PORTS_PER_ADDRESS = 20_000;

    private final EventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("load"), EpollIoHandler.newFactory());
    private final EventLoop loop = group.next();

    public LoadLoop() {
        on(() -> {
            sharpenTimers();
            return true;
        });
    }

    /** The kernel may be 50 µs late by default, to save power. */
    private static void sharpenTimers() {
        try {
            Files.writeString(Path.of("/proc/thread-self/timerslack_ns"), "1");
        } catch (IOException e) {
            // Not allowed here: all contenders are seen through the same blur.
        }
    }

    EventLoop loop() {
        return loop;
    }

    /** Runs on the loop and waits for what it gives. */
    public <T> T on(Supplier<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                done.complete(work.get());
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        return await(done, Duration.ofSeconds(60));
    }

    /** Waits, away from the loop. */
    static <T> T await(CompletableFuture<T> future, Duration longest) {
        try {
            return future.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (TimeoutException e) {
            throw new LoadFailedException("the load did not come to its end in " + longest.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the load has a fault", e);
        }
    }

    /**
     * Connects to a port of the loopback address.
     *
     * @param number of the connection: many share one source address, and one source address has only so many ports
     */
    ChannelFuture connect(int port, int number, ChannelHandler handler) {
        String source = "127.0.0." + (1 + number / PORTS_PER_ADDRESS);
        return new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_LINGER, 0)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 10_000)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpClientCodec()).addLast(handler);
                    }
                })
                .connect(
                        new InetSocketAddress("127.0.0.1", port),
                        number < PORTS_PER_ADDRESS ? null : new InetSocketAddress(source, 0));
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
