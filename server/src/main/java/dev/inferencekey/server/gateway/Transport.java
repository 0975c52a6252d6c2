package dev.inferencekey.server.gateway;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the gateway talks to the operating system's sockets. */
public enum Transport {
    /** The best that is proven here: epoll on Linux, otherwise Java's own. */
    AUTO {
        @Override
        Transport resolved() {
            return Epoll.isAvailable() ? EPOLL : NIO;
        }
    },
    /** Linux. */
    EPOLL {
        @Override
        Transport resolved() {
            return available(Epoll.isAvailable(), Epoll.unavailabilityCause());
        }
    },
    /** Linux with a kernel that has io_uring and lets this process use it; many containers do not. */
    IO_URING {
        @Override
        Transport resolved() {
            return available(IoUring.isAvailable(), IoUring.unavailabilityCause());
        }
    },
    /** Java's own: everywhere. */
    NIO;

    /** In lower case, as it is set and logged. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The transport that is really used.
     *
     * @throws GatewayStartException if it can't be used here
     */
    Transport resolved() {
        return this;
    }

    final Transport available(boolean available, @Nullable Throwable cause) {
        if (!available) {
            throw new GatewayStartException(
                    "the transport " + wire()
                            + " can't be used on this machine; choose another, or auto, which takes the best that works here",
                    cause == null ? new IllegalStateException("unavailable") : cause);
        }
        return this;
    }

    IoHandlerFactory ioHandlers() {
        return switch (this) {
            case EPOLL -> EpollIoHandler.newFactory();
            case IO_URING -> IoUringIoHandler.newFactory();
            case NIO, AUTO -> NioIoHandler.newFactory();
        };
    }

    Class<? extends ServerSocketChannel> listener() {
        return switch (this) {
            case EPOLL -> EpollServerSocketChannel.class;
            case IO_URING -> IoUringServerSocketChannel.class;
            case NIO, AUTO -> NioServerSocketChannel.class;
        };
    }

    Class<? extends SocketChannel> socket() {
        return switch (this) {
            case EPOLL -> EpollSocketChannel.class;
            case IO_URING -> IoUringSocketChannel.class;
            case NIO, AUTO -> NioSocketChannel.class;
        };
    }

    /** Has the socket read into this, if it reads no sooner than there is something to read. */
    void readInto(SocketChannel channel, ReceiveBuffer buffer) {
        if (this != IO_URING) {
            channel.config().setRecvByteBufAllocator(buffer);
        }
    }
}
