package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.HelpPages;
import dev.inferencekey.server.domain.node.NodeRole;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Every setting of the gateway; {@link #builder} starts from the defaults that are given here.
 *
 * @param host address to listen on; default {@code 127.0.0.1}
 * @param port port to listen on; default 8080; 0 means any free one
 * @param transport how to talk to sockets; default {@link Transport#AUTO}
 * @param threads event loops; default 0, which means one for each core
 * @param maxJsonBodyBytes largest JSON request body, bytes; default 32 MiB
 * @param maxMultipartBodyBytes largest multipart request body, bytes; default 1 GiB; never held whole
 * @param maxRequestLineBytes longest request line, bytes; default 8 KiB
 * @param maxHeaderBytes largest header section of a request or a response, bytes; default 32 KiB
 * @param requestHeadTimeout from the first byte of a request to the end of its header section; default 15 s
 * @param requestBodyTimeout longest silence inside a request body; default 30 s
 * @param keepAliveTimeout longest time that a client's connection may be open without a request; default 75 s
 * @param slowReaderTimeout longest time that a client may take no byte of an answer that is ready for it; default 5 min
 * @param connectTimeout to connect to a model server, TLS included; default 2 s
 * @param firstByteTimeout from a request that was sent to the head of its answer; default 10 min
 * @param upstreamIdleTimeout longest silence inside a model server's answer; default 5 min
 * @param totalTimeout longest time that an inference request may take, from its head to the last byte of its answer, with the wait for a
 *     replica; default 0, which means no bound, since a long answer is no fault
 * @param pooledConnectionTimeout how long an unused connection to a model server is kept; default 30 s
 * @param maxReadinessWait longest time that a request waits for a replica; default 60 s; 0 means that none waits
 * @param maxHeldRequests how many requests may wait for a replica at the same time; default 1000
 * @param ejection when a replica that fails is left alone for a while; default: three failures in a row, 5 s at first, 2 min at most, 10 s
 *     to return
 * @param maxMeteredWorkloads how many workloads have metrics of their own; default 200; the others share one series; 0 for none
 * @param edge TLS, HTTP/2, trusted proxies, browsers, a control plane apart; by default plain HTTP/1.1 on one address
 * @param drainTime how long, once {@link GatewayServer#close} is called, requests are still accepted, each as the last on its connection,
 *     so that a load balancer sees in time that this node is not ready any more; default 0
 * @param stopTimeout how long running requests may go on after {@link GatewayServer#close}; default 10 s
 * @param role which planes are served; both by default
 */
public record GatewayConfig(
        String host,
        int port,
        Transport transport,
        int threads,
        long maxJsonBodyBytes,
        long maxMultipartBodyBytes,
        int maxRequestLineBytes,
        int maxHeaderBytes,
        Duration requestHeadTimeout,
        Duration requestBodyTimeout,
        Duration keepAliveTimeout,
        Duration slowReaderTimeout,
        Duration connectTimeout,
        Duration firstByteTimeout,
        Duration upstreamIdleTimeout,
        Duration totalTimeout,
        Duration pooledConnectionTimeout,
        Duration maxReadinessWait,
        int maxHeldRequests,
        EjectionPolicy ejection,
        int maxMeteredWorkloads,
        EdgeConfig edge,
        Duration drainTime,
        Duration stopTimeout,
        NodeRole role) {
    public GatewayConfig {
        range("port", port, 0, 65_535);
        range("threads", threads, 0, 1024);
        range("maxJsonBodyBytes", maxJsonBodyBytes, 1, Long.MAX_VALUE);
        range("maxMultipartBodyBytes", maxMultipartBodyBytes, 1, Long.MAX_VALUE);
        range("maxRequestLineBytes", maxRequestLineBytes, 256, 1 << 20);
        range("maxHeaderBytes", maxHeaderBytes, 256, 1 << 20);
        range("maxHeldRequests", maxHeldRequests, 0, Integer.MAX_VALUE);
        range("maxMeteredWorkloads", maxMeteredWorkloads, 0, 10_000);
        positive("requestHeadTimeout", requestHeadTimeout);
        positive("requestBodyTimeout", requestBodyTimeout);
        positive("keepAliveTimeout", keepAliveTimeout);
        positive("slowReaderTimeout", slowReaderTimeout);
        positive("connectTimeout", connectTimeout);
        positive("firstByteTimeout", firstByteTimeout);
        positive("upstreamIdleTimeout", upstreamIdleTimeout);
        positive("pooledConnectionTimeout", pooledConnectionTimeout);
        positive("stopTimeout", stopTimeout);
        notNegative("totalTimeout", totalTimeout);
        notNegative("drainTime", drainTime);
        notNegative("maxReadinessWait", maxReadinessWait);
    }

    /** All defaults. */
    public static GatewayConfig defaults() {
        return builder().build();
    }

    /**
     * The same for one node.
     *
     * @param help what its refusals link to; null for nothing
     */
    public GatewayConfig ofNode(NodeRole role, @Nullable HelpPages help) {
        return new GatewayConfig(
                host,
                port,
                transport,
                threads,
                maxJsonBodyBytes,
                maxMultipartBodyBytes,
                maxRequestLineBytes,
                maxHeaderBytes,
                requestHeadTimeout,
                requestBodyTimeout,
                keepAliveTimeout,
                slowReaderTimeout,
                connectTimeout,
                firstByteTimeout,
                upstreamIdleTimeout,
                totalTimeout,
                pooledConnectionTimeout,
                maxReadinessWait,
                maxHeldRequests,
                ejection,
                maxMeteredWorkloads,
                edge.withHelp(help),
                drainTime,
                stopTimeout,
                role);
    }

    /**
     * This, with what a running gateway takes over of {@code fresh}: limits and times of requests, trusted proxies, browsers, how it stops. Not the
     * size of headers, since buffers are made for it.
     */
    public GatewayConfig reloaded(GatewayConfig fresh) {
        return new GatewayConfig(
                host,
                port,
                transport,
                threads,
                fresh.maxJsonBodyBytes,
                fresh.maxMultipartBodyBytes,
                maxRequestLineBytes,
                maxHeaderBytes,
                fresh.requestHeadTimeout,
                fresh.requestBodyTimeout,
                fresh.keepAliveTimeout,
                slowReaderTimeout,
                connectTimeout,
                fresh.firstByteTimeout,
                fresh.upstreamIdleTimeout,
                fresh.totalTimeout,
                pooledConnectionTimeout,
                fresh.maxReadinessWait,
                fresh.maxHeldRequests,
                ejection,
                maxMeteredWorkloads,
                edge.withTrustedProxies(fresh.edge.trustedProxies()).withCors(fresh.edge.cors()),
                fresh.drainTime,
                fresh.stopTimeout,
                role);
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    private static void range(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " must be " + least + " to " + most + ", was " + value);
        }
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be longer than zero, was " + value);
        }
    }

    private static void notNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " must not be negative, was " + value);
        }
    }

    /** Collects settings; those not set keep their defaults. Not thread-safe. */
    public static final class Builder {
        private String host = "127.0.0.1";
        private int port = 8080;
        private Transport transport = Transport.AUTO;
        private int threads;
        private long maxJsonBodyBytes = 32L << 20;
        private long maxMultipartBodyBytes = 1L << 30;
        private int maxRequestLineBytes = 8 << 10;
        private int maxHeaderBytes = 32 << 10;
        private Duration requestHeadTimeout = Duration.ofSeconds(15);
        private Duration requestBodyTimeout = Duration.ofSeconds(30);
        private Duration keepAliveTimeout = Duration.ofSeconds(75);
        private Duration slowReaderTimeout = Duration.ofMinutes(5);
        private Duration connectTimeout = Duration.ofSeconds(2);
        private Duration firstByteTimeout = Duration.ofMinutes(10);
        private Duration upstreamIdleTimeout = Duration.ofMinutes(5);
        private Duration totalTimeout = Duration.ZERO;
        private Duration pooledConnectionTimeout = Duration.ofSeconds(30);
        private Duration maxReadinessWait = Duration.ofSeconds(60);
        private int maxHeldRequests = 1000;
        private EjectionPolicy ejection = EjectionPolicy.DEFAULT;
        private int maxMeteredWorkloads = 200;
        private EdgeConfig edge = EdgeConfig.defaults();
        private Duration drainTime = Duration.ZERO;
        private Duration stopTimeout = Duration.ofSeconds(10);

        private Builder() {}

        public Builder host(String value) {
            host = value;
            return this;
        }

        public Builder port(int value) {
            port = value;
            return this;
        }

        public Builder transport(Transport value) {
            transport = value;
            return this;
        }

        public Builder threads(int value) {
            threads = value;
            return this;
        }

        public Builder maxJsonBodyBytes(long value) {
            maxJsonBodyBytes = value;
            return this;
        }

        public Builder maxMultipartBodyBytes(long value) {
            maxMultipartBodyBytes = value;
            return this;
        }

        public Builder maxRequestLineBytes(int value) {
            maxRequestLineBytes = value;
            return this;
        }

        public Builder maxHeaderBytes(int value) {
            maxHeaderBytes = value;
            return this;
        }

        public Builder requestHeadTimeout(Duration value) {
            requestHeadTimeout = value;
            return this;
        }

        public Builder requestBodyTimeout(Duration value) {
            requestBodyTimeout = value;
            return this;
        }

        public Builder keepAliveTimeout(Duration value) {
            keepAliveTimeout = value;
            return this;
        }

        public Builder slowReaderTimeout(Duration value) {
            slowReaderTimeout = value;
            return this;
        }

        public Builder connectTimeout(Duration value) {
            connectTimeout = value;
            return this;
        }

        public Builder firstByteTimeout(Duration value) {
            firstByteTimeout = value;
            return this;
        }

        public Builder upstreamIdleTimeout(Duration value) {
            upstreamIdleTimeout = value;
            return this;
        }

        public Builder totalTimeout(Duration value) {
            totalTimeout = value;
            return this;
        }

        public Builder pooledConnectionTimeout(Duration value) {
            pooledConnectionTimeout = value;
            return this;
        }

        public Builder maxReadinessWait(Duration value) {
            maxReadinessWait = value;
            return this;
        }

        public Builder maxHeldRequests(int value) {
            maxHeldRequests = value;
            return this;
        }

        public Builder drainTime(Duration value) {
            drainTime = value;
            return this;
        }

        public Builder ejection(EjectionPolicy value) {
            ejection = value;
            return this;
        }

        public Builder maxMeteredWorkloads(int value) {
            maxMeteredWorkloads = value;
            return this;
        }

        public Builder edge(EdgeConfig value) {
            edge = value;
            return this;
        }

        public Builder stopTimeout(Duration value) {
            stopTimeout = value;
            return this;
        }

        public GatewayConfig build() {
            return new GatewayConfig(
                    host,
                    port,
                    transport,
                    threads,
                    maxJsonBodyBytes,
                    maxMultipartBodyBytes,
                    maxRequestLineBytes,
                    maxHeaderBytes,
                    requestHeadTimeout,
                    requestBodyTimeout,
                    keepAliveTimeout,
                    slowReaderTimeout,
                    connectTimeout,
                    firstByteTimeout,
                    upstreamIdleTimeout,
                    totalTimeout,
                    pooledConnectionTimeout,
                    maxReadinessWait,
                    maxHeldRequests,
                    ejection,
                    maxMeteredWorkloads,
                    edge,
                    drainTime,
                    stopTimeout,
                    NodeRole.ALL);
        }
    }
}
