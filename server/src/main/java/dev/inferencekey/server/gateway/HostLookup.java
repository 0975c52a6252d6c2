package dev.inferencekey.server.gateway;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds the addresses of hosts without holding up an event loop: the system's own look-up blocks. Thread-safe. */
final class HostLookup implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int MAX_WAITING = 1000;

    private final ExecutorService threads;

    HostLookup() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_WAITING),
                Thread.ofPlatform().daemon().name("gateway-host-lookup-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
        threads = pool;
    }

    /** Tells {@code found}, on {@code executor}, the address, or null if there is none. An address in figures is told at once. */
    void find(UpstreamAddress upstream, Executor executor, Consumer<@Nullable InetSocketAddress> found) {
        InetAddress literal = literal(upstream.host());
        if (literal != null) {
            found.accept(new InetSocketAddress(literal, upstream.port()));
            return;
        }
        try {
            threads.execute(() -> {
                InetSocketAddress address = lookUp(upstream);
                executor.execute(() -> found.accept(address));
            });
        } catch (RejectedExecutionException e) {
            found.accept(null);
        }
    }

    private static @Nullable InetAddress literal(String host) {
        char first = host.isEmpty() ? ' ' : host.charAt(0);
        if (host.indexOf(':') < 0 && (first < '0' || first > '9')) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable InetSocketAddress lookUp(UpstreamAddress upstream) {
        try {
            return new InetSocketAddress(InetAddress.getByName(upstream.host()), upstream.port());
        } catch (UnknownHostException e) {
            return null;
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
