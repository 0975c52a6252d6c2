package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.upstream.UpstreamPolicy;
import dev.inferencekey.server.ports.access.ReplicaTarget.Place;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one event loop to everything upstream. The one that was used last is used first, so that the others can grow old.
 *
 * <p>Confined to its event loop. Invariant: a connection in {@code idle} has no receiver and reads, so that its closing is seen.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A write that fails closes the channel, and closing is what is acted on.
final class UpstreamPool {
    /** Who wants a connection. Told exactly once, maybe before {@link #acquire} returns. */
    interface Acquirer {
        void connected(UpstreamConnection connection);

        void connectFailed();

        /** No connection may be made to where the address leads: it is {@code what}. */
        default void connectRefused(String what) {
            connectFailed();
        }
    }

    /** Stands where nobody uses a connection yet: what fails until then is told by the future of the handshake alone. */
    private static final class Unused extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(UpstreamPool.class);
    private static final int MAX_IDLE_PER_ADDRESS = 256;
    private static final int MAX_STATUS_LINE_BYTES = 1024;

    private final EventLoop loop;
    private final Transport transport;
    private final ReceiveBuffer receiveBuffer;
    private final GatewayConfig config;
    private final HostLookup hosts;
    private final UpstreamPolicy policy;
    private final UpstreamTls tls;
    /** Who we are among nodes; null if we are alone. */
    private final @Nullable ServerTls nodes;

    private final LongSupplier ticker;
    private final LoopCounters counters;
    private final long keepNanos;
    private final ResponseHead responseHead;
    private final byte[] headBytes;
    private final Map<UpstreamAddress, ArrayDeque<UpstreamConnection>> idle = new HashMap<>();
    private final Set<UpstreamConnection> all = new HashSet<>();
    /** Counts how often other upstreams have become allowed: what was begun before is used for no second call. */
    private int upstreamGeneration;

    /** Nodes with which no TLS was possible at the last attempt. */
    private final Set<UpstreamAddress> untrusted = new HashSet<>();

    UpstreamPool(
            EventLoop loop,
            Transport transport,
            ReceiveBuffer receiveBuffer,
            GatewayConfig config,
            HostLookup hosts,
            UpstreamPolicy policy,
            UpstreamTls tls,
            @Nullable ServerTls nodes,
            LongSupplier ticker,
            LoopCounters counters) {
        this.loop = loop;
        this.transport = transport;
        this.receiveBuffer = receiveBuffer;
        this.config = config;
        this.hosts = hosts;
        this.policy = policy;
        this.tls = tls;
        this.nodes = nodes;
        this.ticker = ticker;
        this.counters = counters;
        this.keepNanos = config.pooledConnectionTimeout().toNanos();
        this.responseHead = new ResponseHead(config.maxHeaderBytes());
        this.headBytes = new byte[config.maxHeaderBytes() + MAX_STATUS_LINE_BYTES];
    }

    /** Where an answer's head is put to be read. */
    byte[] headBytes() {
        return headBytes;
    }

    /** The head that is being looked at. */
    ResponseHead responseHead() {
        return responseHead;
    }

    long now() {
        return ticker.getAsLong();
    }

    long keepNanos() {
        return keepNanos;
    }

    /** A connection that lies idle if there is one and {@code mayReuse}, else a new one. */
    void acquire(UpstreamAddress address, boolean mayReuse, Acquirer acquirer) {
        ArrayDeque<UpstreamConnection> lying = mayReuse ? idle.get(address) : null;
        while (lying != null && !lying.isEmpty()) {
            UpstreamConnection connection = lying.pop();
            if (connection.usable()) {
                acquirer.connected(connection);
                return;
            }
        }
        if (address.tls() && address.place() != Place.OTHER_NODE) {
            tls.prepare(loop, () -> find(address, acquirer));
        } else {
            find(address, acquirer);
        }
    }

    private void find(UpstreamAddress address, Acquirer acquirer) {
        // Not while events are handled: AcceptAfterEvents says why.
        hosts.find(address, loop, found -> loop.execute(() -> connect(address, found, acquirer)));
    }

    void putBack(UpstreamConnection connection) {
        ArrayDeque<UpstreamConnection> lying = idle.computeIfAbsent(connection.address(), _ -> new ArrayDeque<>());
        if (lying.size() < MAX_IDLE_PER_ADDRESS) {
            lying.push(connection);
        } else {
            connection.cancel();
        }
    }

    /** Connections to what external workloads name carry no further request. */
    void retireExternal() {
        upstreamGeneration++;
        for (UpstreamConnection connection : List.copyOf(all)) {
            if (connection.address().place() == Place.EXTERNAL) {
                connection.retire();
            }
        }
    }

    void forget(UpstreamConnection connection) {
        all.remove(connection);
        ArrayDeque<UpstreamConnection> lying = idle.get(connection.address());
        if (lying != null) {
            lying.remove(connection);
            if (lying.isEmpty()) {
                idle.remove(connection.address());
            }
        }
    }

    /** How many connections there are. */
    int open() {
        return all.size();
    }

    /** How many of them wait for a request. */
    int idle() {
        int waiting = 0;
        for (ArrayDeque<UpstreamConnection> lying : idle.values()) {
            waiting += lying.size();
        }
        return waiting;
    }

    void sweep(long now) {
        List.copyOf(all).forEach(connection -> connection.sweep(now));
    }

    void closeAll() {
        List.copyOf(all).forEach(UpstreamConnection::cancel);
    }

    private void connect(UpstreamAddress address, @Nullable InetSocketAddress found, Acquirer acquirer) {
        if (found == null) {
            connectFailed(acquirer);
            return;
        }
        if (address.place() == Place.OTHER_NODE && nodes == null) {
            connectFailed(acquirer);
            return;
        }
        String refusal = address.place() == Place.EXTERNAL
                ? policy.refusal(address.host(), found.getAddress(), found.getPort())
                : null;
        if (refusal != null) {
            acquirer.connectRefused(refusal);
            return;
        }
        long begun = now();
        int generation = upstreamGeneration;
        ChannelFuture connecting = new Bootstrap()
                .group(loop)
                .channel(transport.socket())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(config.connectTimeout().toMillis()))
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        if (address.tls()) {
                            SslHandler handler =
                                    context(address).newHandler(channel.alloc(), address.host(), address.port());
                            handler.setHandshakeTimeout(config.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
                            channel.pipeline().addLast(handler, new Unused());
                        } else {
                            transport.readInto(channel, receiveBuffer);
                        }
                    }
                })
                .connect(found);
        connecting.addListener(done -> {
            Channel channel = connecting.channel();
            if (!done.isSuccess()) {
                connectFailed(acquirer);
            } else if (address.tls()) {
                channel.pipeline().get(SslHandler.class).handshakeFuture().addListener(shaken -> {
                    if (shaken.isSuccess()) {
                        channel.pipeline().remove(Unused.class);
                        untrusted.remove(address);
                        connected(address, channel, acquirer, begun, generation);
                    } else {
                        noteUntrusted(address, shaken.cause());
                        channel.close();
                        connectFailed(acquirer);
                    }
                });
            } else {
                connected(address, channel, acquirer, begun, generation);
            }
        });
    }

    private SslContext context(UpstreamAddress address) {
        return address.place() == Place.OTHER_NODE && nodes != null ? nodes.outgoing() : tls.context();
    }

    /** Said once: it is how the nodes are set up, and goes on until that is mended. */
    private void noteUntrusted(UpstreamAddress address, Throwable cause) {
        if (address.place() == Place.OTHER_NODE && untrusted.add(address)) {
            LOG.atWarn()
                    .addKeyValue("node", address.host() + ":" + address.port())
                    .addKeyValue("reason", cause.getMessage())
                    .log("a node can't be called: TLS with it fails; give each node a certificate of the same authority"
                            + " for the name that it advertises");
        }
    }

    private void connectFailed(Acquirer acquirer) {
        counters.add(LoopCounters.CONNECTS_FAILED, 1);
        acquirer.connectFailed();
    }

    private void connected(UpstreamAddress address, Channel channel, Acquirer acquirer, long begun, int generation) {
        counters.time(LatencyBuckets.CONNECT, LoopCounters.CONNECTS, TimeUnit.NANOSECONDS.toMicros(now() - begun));
        UpstreamConnection connection = new UpstreamConnection(this, address, channel);
        channel.pipeline().addLast(connection);
        all.add(connection);
        acquirer.connected(connection);
        if (generation != upstreamGeneration && address.place() == Place.EXTERNAL) {
            connection.retire();
        }
    }
}
