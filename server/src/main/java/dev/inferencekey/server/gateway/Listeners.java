package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.node.NodeRole;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Where the gateway listens: one address for everything, or one for each plane, and maybe one for other nodes. A connection gets its pipeline here.
 *
 * <p>Thread-safe.
 */
final class Listeners implements AutoCloseable {
    private static final int ACCEPT_BACKLOG = 1024;

    private final EventLoopGroup group;
    private final Transport transport;
    private final Map<EventLoop, GatewayLoop> loops;
    /** In the order of opening: the public one first. Filled before anyone else sees this. */
    private final List<Channel> channels = new ArrayList<>();

    private @Nullable Channel control;
    private @Nullable Channel nodes;

    private final List<ServerTls> identities = new ArrayList<>();

    private Listeners(EventLoopGroup group, Transport transport, Map<EventLoop, GatewayLoop> loops) {
        this.group = group;
        this.transport = transport;
        this.loops = loops;
    }

    /**
     * @param nodeTls who this node is among others, to be closed by these listeners; null if the config names no listener for nodes
     * @throws GatewayStartException if an address can't be listened on or TLS can't be set up; then none is listened on
     */
    static Listeners open(
            GatewayConfig config,
            @Nullable ServerTls nodeTls,
            EventLoopGroup group,
            Transport transport,
            Map<EventLoop, GatewayLoop> loops) {
        Listeners listeners = new Listeners(group, transport, loops);
        try {
            listeners.openAll(config, nodeTls);
            return listeners;
        } catch (GatewayStartException e) {
            listeners.close();
            throw e;
        }
    }

    private void openAll(GatewayConfig config, @Nullable ServerTls nodeTls) {
        EdgeConfig edge = config.edge();
        NodeRole role = config.role();
        ControlListener apart = role.servesControlPlane() ? edge.controlListener() : null;
        NodeListener forNodes = edge.nodeListener();
        if (nodeTls != null) {
            identity(nodeTls);
        }
        TlsFiles files = edge.tls();
        ServerTls tls = files == null ? null : identity(ServerTls.open(files, null, edge.tlsReload()));
        ServerTls controlTls =
                apart == null ? null : identity(ServerTls.open(apart.tls(), apart.clientAuthority(), edge.tlsReload()));
        listen(
                config.host(),
                config.port(),
                tls,
                new Listening(tls != null, role.servesDataPlane(), role.servesControlPlane() && apart == null, false));
        if (apart != null) {
            control = listen(apart.host(), apart.port(), controlTls, new Listening(true, false, true, false));
        }
        if (forNodes != null && nodeTls != null) {
            nodes = listen(forNodes.host(), forNodes.port(), nodeTls, new Listening(true, false, false, true));
        }
    }

    private ServerTls identity(ServerTls tls) {
        identities.add(tls);
        return tls;
    }

    private Channel listen(String host, int port, @Nullable ServerTls tls, Listening listening) {
        ChannelFuture bound = new ServerBootstrap()
                .group(group)
                .channel(transport.listener())
                .option(ChannelOption.SO_BACKLOG, ACCEPT_BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .handler(new AcceptAfterEvents())
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        GatewayLoop loop = loops.get(channel.eventLoop());
                        if (loop == null) {
                            throw new IllegalStateException("a connection on a foreign event loop");
                        }
                        if (tls == null) {
                            transport.readInto(channel, loop.receiveBuffer());
                            channel.pipeline().addLast(new ClientConnection(loop, channel, listening));
                        } else {
                            new TlsStart(loop, channel, tls, listening).addTo();
                        }
                    }
                })
                .bind(host, port)
                .awaitUninterruptibly();
        if (bound.isSuccess()) {
            channels.add(bound.channel());
            return bound.channel();
        }
        Throwable cause = bound.cause();
        String why = String.valueOf(cause.getMessage());
        String where = "port " + port + " on " + host;
        throw new GatewayStartException(
                why.contains("in use")
                        ? where + " is in use by another program; stop that program or choose another port"
                        : where + " can't be listened on: " + why,
                cause);
    }

    /** The port of the public address. */
    int port() {
        return port(channels.getFirst());
    }

    /** The port of the control plane's own address, if it has one. */
    OptionalInt controlPort() {
        return control == null ? OptionalInt.empty() : OptionalInt.of(port(control));
    }

    /** The port for other nodes, if there is one. */
    OptionalInt nodePort() {
        return nodes == null ? OptionalInt.empty() : OptionalInt.of(port(nodes));
    }

    private static int port(Channel channel) {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** Whether all are there. */
    boolean open() {
        return channels.stream().allMatch(Channel::isActive);
    }

    /** Accepts no more connections; those that were accepted stay. */
    @Override
    public void close() {
        channels.forEach(channel -> channel.close().awaitUninterruptibly());
        identities.forEach(ServerTls::close);
    }
}
