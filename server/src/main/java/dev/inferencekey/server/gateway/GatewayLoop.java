package dev.inferencekey.server.gateway;

import dev.inferencekey.server.ports.access.OpenRequests;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One event loop with everything that lives on it: its clients' connections, its connections upstream, and the round that looks at their
 * timeouts. A round instead of a timer for each request: a request then costs no timer.
 *
 * <p>Confined to its event loop.
 */
final class GatewayLoop {
    private static final long SHORTEST_ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_ROUND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final EventLoop loop;
    private GatewayParts parts;
    private final UpstreamPool pool;
    private final LoopObserver observer;
    private final Set<ClientConnection> connections = new HashSet<>();
    private final Set<Http2Connection> multiplexed = new HashSet<>();
    private final ReceiveBuffer receiveBuffer;
    private final byte[] headBytes;
    private final RequestHead requestHead;
    private final BearerToken bearer = new BearerToken();
    private final PresentedKey presentedKey = new PresentedKey();
    private boolean stopping;
    private boolean sendsElsewhere;
    private int turn;
    private @Nullable ScheduledFuture<?> rounds;

    GatewayLoop(
            EventLoop loop, GatewayParts parts, UpstreamPool pool, ReceiveBuffer receiveBuffer, LoopObserver observer) {
        this.loop = loop;
        this.receiveBuffer = receiveBuffer;
        this.parts = parts;
        this.pool = pool;
        this.requestHead = new RequestHead(parts.config());
        // One byte more than a head may have shows that it is too long.
        this.headBytes =
                new byte[parts.config().maxRequestLineBytes() + parts.config().maxHeaderBytes() + 16];
        this.observer = observer;
    }

    /** Starts the rounds: often enough that no timeout is exceeded by more than a quarter, or by a second. */
    void start() {
        GatewayConfig config = parts.config();
        long shortest = List.of(
                        config.requestHeadTimeout(),
                        config.requestBodyTimeout(),
                        config.keepAliveTimeout(),
                        config.slowReaderTimeout(),
                        config.firstByteTimeout(),
                        config.upstreamIdleTimeout(),
                        config.totalTimeout(),
                        config.pooledConnectionTimeout())
                .stream()
                .filter(Duration::isPositive) // None where there is no bound.
                .mapToLong(Duration::toNanos)
                .min()
                .orElseThrow();
        long round = Math.clamp(shortest / 4, SHORTEST_ROUND_NANOS, LONGEST_ROUND_NANOS);
        rounds = loop.scheduleWithFixedDelay(this::sweep, round, round, TimeUnit.NANOSECONDS);
    }

    /** Goes on with other settings, see {@link GatewayServer#reload}. */
    void reconfigure(GatewayParts fresh, boolean otherUpstreams) {
        parts = fresh;
        connections.forEach(ClientConnection::reconfigured);
        if (otherUpstreams) {
            pool.retireExternal();
        }
        if (rounds != null) {
            rounds.cancel(false);
        }
        start();
    }

    EventLoop loop() {
        return loop;
    }

    GatewayParts parts() {
        return parts;
    }

    UpstreamPool pool() {
        return pool;
    }

    LoopObserver observer() {
        return observer;
    }

    long now() {
        return parts.ticker().getAsLong();
    }

    ReceiveBuffer receiveBuffer() {
        return receiveBuffer;
    }

    /** Where a request's head is put to be read. */
    byte[] headBytes() {
        return headBytes;
    }

    /** The head that is being looked at. */
    RequestHead requestHead() {
        return requestHead;
    }

    BearerToken bearer() {
        return bearer;
    }

    PresentedKey presentedKey() {
        return presentedKey;
    }

    /** Counts up, so that replicas that are equally busy take turns. */
    int nextTurn() {
        return turn++;
    }

    /** Whether it takes no more connections. */
    boolean stopping() {
        return stopping;
    }

    /** Whether connections are to be closed as soon as their request has been answered. */
    boolean closesConnections() {
        return stopping || sendsElsewhere;
    }

    /**
     * States whether callers are to go elsewhere: each request is the last on its connection then. Idle connections stay open, since a request may
     * be on its way on them.
     */
    void sendElsewhere(boolean elsewhere) {
        sendsElsewhere = elsewhere;
        if (elsewhere) {
            List.copyOf(multiplexed).forEach(Http2Connection::sendElsewhere);
        }
    }

    void opened(ClientConnection connection) {
        connections.add(connection);
        observer.connectionOpened(connections.size());
    }

    void closed(ClientConnection connection) {
        connections.remove(connection);
        observer.connectionClosed(connections.size());
    }

    void opened(Http2Connection connection) {
        multiplexed.add(connection);
    }

    void closed(Http2Connection connection) {
        multiplexed.remove(connection);
    }

    /** Ends these requests; how many there were. Looks at each connection, so that a request need not be noted anywhere. */
    int end(OpenRequests.Which which) {
        return (int) List.copyOf(connections).stream()
                .filter(connection -> connection.endRequest(which))
                .count();
    }

    /** From now on each request is the last on its connection. */
    void drain() {
        stopping = true;
    }

    /** Closes what is idle; the rest closes when its request has been answered. */
    void stop() {
        stopping = true;
        List.copyOf(connections).forEach(ClientConnection::closeIfIdle);
        List.copyOf(multiplexed).forEach(Http2Connection::stop);
    }

    int openConnections() {
        return connections.size() + multiplexed.size();
    }

    /** Closes everything, whatever it is doing. */
    void closeAll() {
        List.copyOf(connections).forEach(ClientConnection::close);
        List.copyOf(multiplexed).forEach(Http2Connection::close);
        pool.closeAll();
    }

    private void sweep() {
        long now = now();
        List.copyOf(connections).forEach(connection -> connection.sweep(now));
        List.copyOf(multiplexed).forEach(connection -> connection.sweep(now));
        pool.sweep(now);
        observer.sweep(pool);
    }
}
