package dev.inferencekey.server.gateway;

import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.access.Budgets;
import dev.inferencekey.server.ports.access.DataPlaneEvents;
import dev.inferencekey.server.ports.access.OpenRequests;
import dev.inferencekey.server.ports.metrics.MetricSource;
import dev.inferencekey.server.ports.node.NodePeers;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one public address: serves {@code /endpoint/**} from the access table and passes everything else on to the manager.
 *
 * <p>Thread-safe. {@link #close} is final.
 */
public final class GatewayServer implements AutoCloseable, OpenRequests, NodePeers {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayServer.class);

    /** As the loops see it, too; replaced as a whole. */
    private volatile GatewayParts parts;

    private final EventLoopGroup group;
    private final HostLookup hosts;
    private final Map<EventLoop, GatewayLoop> loops;
    private final Listeners listeners;
    private final GatewayMetrics metrics;
    private final AtomicBoolean closed = new AtomicBoolean();

    private GatewayServer(
            GatewayParts parts,
            EventLoopGroup group,
            HostLookup hosts,
            Map<EventLoop, GatewayLoop> loops,
            Listeners listeners,
            GatewayMetrics metrics) {
        this.metrics = metrics;
        this.parts = parts;
        this.group = group;
        this.hosts = hosts;
        this.loops = loops;
        this.listeners = listeners;
    }

    /**
     * Starts to listen.
     *
     * @param ticker monotonic nanoseconds, from any origin
     * @throws GatewayStartException if the address can't be listened on
     */
    public static GatewayServer start(
            GatewayConfig config,
            AccessTable table,
            DataPlaneEvents events,
            Budgets budgets,
            ManagerUpstream manager,
            IdSource ids,
            InstantSource clock,
            LongSupplier ticker,
            GatewayObservation observation,
            Outward outward) {
        return start(
                config,
                table,
                events,
                budgets,
                manager,
                ids,
                clock,
                ticker,
                observation,
                outward,
                UpstreamTls.ofSystem());
    }

    /**
     * Loads the machine's part of the networking library, and opens nothing: whoever starts in a fresh JVM does so on a thread of its own,
     * while others are busy.
     *
     * @throws GatewayStartException if the transport can't be used here
     */
    public static void load(Transport transport) {
        transport.resolved();
        PooledByteBufAllocator.DEFAULT.directBuffer().release();
    }

    /** {@link #start} with a say in whom to trust upstream. */
    static GatewayServer start(
            GatewayConfig config,
            AccessTable table,
            DataPlaneEvents events,
            Budgets budgets,
            ManagerUpstream manager,
            IdSource ids,
            InstantSource clock,
            LongSupplier ticker,
            GatewayObservation observation,
            Outward outward,
            UpstreamTls upstreamTls) {
        Transport transport = config.transport().resolved();
        NodeListener forNodes = config.edge().nodeListener();
        ServerTls nodeTls = forNodes == null
                ? null
                : ServerTls.openForNodes(forNodes, config.edge().tlsReload());
        int threads = config.threads() == 0 ? Runtime.getRuntime().availableProcessors() : config.threads();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory("gateway-loop", true), transport.ioHandlers());
        HostLookup hosts = new HostLookup();
        HeldRequests held = new HeldRequests(config.maxHeldRequests());
        WorkloadSeries workloads = new WorkloadSeries(config.maxMeteredWorkloads(), threads);
        GatewayParts parts = new GatewayParts(
                config,
                config.edge().trustedProxies().matcher(),
                table,
                new Admission(table, events, clock, ticker),
                held,
                events,
                budgets,
                observation,
                manager,
                new Hops(outward.mark()),
                outward.decides(),
                outward.log(),
                ids,
                clock,
                ticker);
        Map<EventLoop, GatewayLoop> loops = new HashMap<>();
        List<LoopCounters> counters = new ArrayList<>();
        for (EventExecutor executor : group) {
            EventLoop loop = (EventLoop) executor;
            LoopObserver observer = new LoopObserver(counters.size(), workloads, observation.accessLog());
            counters.add(observer.counters());
            ReceiveBuffer buffer = new ReceiveBuffer();
            UpstreamPool pool = new UpstreamPool(
                    loop,
                    transport,
                    buffer,
                    config,
                    hosts,
                    outward.policy(),
                    upstreamTls,
                    nodeTls,
                    ticker,
                    observer.counters());
            loops.put(loop, new GatewayLoop(loop, parts, pool, buffer, observer));
        }
        try {
            Listeners listeners = Listeners.open(config, nodeTls, group, transport, loops);
            loops.values().forEach(GatewayLoop::start);
            GatewayMetrics metrics = new GatewayMetrics(counters, workloads, table, held);
            GatewayServer server = new GatewayServer(parts, group, hosts, loops, listeners, metrics);
            LOG.atInfo()
                    .addKeyValue("host", config.host())
                    .addKeyValue("port", server.port())
                    .addKeyValue("transport", transport.wire())
                    .log("gateway listens");
            return server;
        } catch (GatewayStartException e) {
            hosts.close();
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
            throw e;
        }
    }

    /** The port that is listened on. */
    public int port() {
        return listeners.port();
    }

    /** The port of the control plane's own address, if it has one. */
    public OptionalInt controlPort() {
        return listeners.controlPort();
    }

    /** The port of the listener for other nodes, if there is one. */
    public OptionalInt nodePort() {
        return listeners.nodePort();
    }

    /** What is counted, for as long as the gateway is there. */
    public MetricSource metrics() {
        return metrics;
    }

    @Override
    public int end(Which which) {
        List<Future<Integer>> ended = new ArrayList<>();
        try {
            for (GatewayLoop loop : loops.values()) {
                ended.add(loop.loop().submit(() -> loop.end(which)));
            }
        } catch (RejectedExecutionException e) {
            return 0; // It has been stopped, and with it every request.
        }
        return ended.stream()
                .mapToInt(each -> each.syncUninterruptibly().getNow())
                .sum();
    }

    @Override
    public CompletableFuture<Answer> askWhetherItDecides(String node) {
        try {
            return DecisionQuestion.ask(anyLoop(), node);
        } catch (RejectedExecutionException e) {
            return NodePeers.NONE.askWhetherItDecides(node); // It has been stopped.
        }
    }

    @Override
    public CompletableFuture<Optional<List<String>>> askForLog(String node, String workloadId, int lines) {
        try {
            return LogQuestion.ask(anyLoop(), node, workloadId, lines);
        } catch (RejectedExecutionException e) {
            return NodePeers.NONE.askForLog(node, workloadId, lines); // It has been stopped.
        }
    }

    private GatewayLoop anyLoop() {
        return loops.values().iterator().next();
    }

    /** Whether it listens and has not begun to stop. */
    public boolean accepts() {
        return listeners.open() && !closed.get();
    }

    /** Whether it has begun to stop but still listens, see {@link GatewayConfig#drainTime}. */
    public boolean drains() {
        return listeners.open() && closed.get();
    }

    /**
     * States whether callers are to go elsewhere, as they are before the process is stopped: each request is then the last on its connection. What
     * is under way is answered, and whoever comes nevertheless is served.
     */
    public void sendElsewhere(boolean elsewhere) {
        onEachLoop(loop -> loop.sendElsewhere(elsewhere));
    }

    /**
     * Takes over limits and times of requests, trusted proxies and browsers: for requests that come once this has returned on all loops, and for the
     * silence of those under way. What {@link GatewayConfig#reloaded} leaves out must be as it is.
     *
     * @param otherUpstreams whether calls elsewhere may go to other places than before; connections there are then used for no further call
     */
    public void reload(GatewayConfig fresh, boolean otherUpstreams) {
        GatewayParts replaced = parts.with(fresh);
        parts = replaced;
        parts.held().most(fresh.maxHeldRequests());
        try {
            onEachLoop(loop -> loop.reconfigure(replaced, otherUpstreams));
        } catch (RejectedExecutionException e) {
            return; // It has been stopped.
        }
    }

    /** Whether every event loop does something that it is given now, within this time. */
    public boolean responds(Duration within) {
        CountDownLatch done = new CountDownLatch(loops.size());
        try {
            for (GatewayLoop loop : loops.values()) {
                loop.loop().execute(done::countDown);
            }
            return done.await(within.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            return false; // It has been stopped.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Serves on for the configured time while telling clients to go elsewhere; then accepts no more connections, closes idle ones, gives running requests the configured time to end, ends the others with an error, and
     * frees everything. Returns when that is done; a second call does nothing.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        onEachLoop(GatewayLoop::drain);
        boolean interrupted = !waited(parts.config().drainTime());
        listeners.close();
        onEachLoop(GatewayLoop::stop);
        CountDownLatch drained = new CountDownLatch(loops.size());
        for (GatewayLoop loop : loops.values()) {
            loop.loop().execute(() -> countWhenDrained(loop, drained));
        }
        try {
            var _ = drained.await(parts.config().stopTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        onEachLoop(GatewayLoop::closeAll);
        hosts.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        // The loops have ended, so what they did is seen here, and their last lines are whole.
        for (GatewayLoop loop : loops.values()) {
            loop.observer().flush();
            loop.receiveBuffer().release();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** False if the wait was interrupted. */
    private static boolean waited(Duration time) {
        try {
            Thread.sleep(time);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void onEachLoop(Consumer<GatewayLoop> action) {
        for (GatewayLoop loop : loops.values()) {
            Future<?> done = loop.loop().submit(() -> action.accept(loop));
            done.awaitUninterruptibly();
        }
    }

    private static void countWhenDrained(GatewayLoop loop, CountDownLatch drained) {
        if (loop.openConnections() == 0) {
            drained.countDown();
        } else {
            var _ = loop.loop().schedule(() -> countWhenDrained(loop, drained), 10, TimeUnit.MILLISECONDS);
        }
    }
}
