package dev.inferencekey.internal;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.SocketChannel;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to one origin: asks for its addresses, tries one after the other, and shakes hands if it is an {@code https} origin, whose
 * certificate must be for its name. All in one time limit. Thread-safe.
 */
final class Http1Connector {
    private final String host;
    private final int port;
    private final boolean secure;
    private final Duration limit;
    private final Executor resolver;
    private final Timing timing;
    private final @Nullable SSLContext context;

    /**
     * @param limit for one connection, TLS included
     * @param resolver for asking for addresses, which can't be interrupted
     * @param context null: the JVM's default
     */
    Http1Connector(URI base, Duration limit, Executor resolver, Timing timing, @Nullable SSLContext context) {
        String name = base.getHost();
        this.host = name.startsWith("[") ? name.substring(1, name.length() - 1) : name;
        this.port = HttpTransport.port(base);
        this.secure = "https".equalsIgnoreCase(base.getScheme());
        this.limit = limit;
        this.resolver = resolver;
        this.timing = timing;
        this.context = context;
    }

    /** A connection that is ready for a request. */
    Http1Connection connect(Flight flight) throws IOException, InterruptedException {
        long deadline = timing.nanoTime() + Nanos.of(limit);
        IOException failure = null;
        for (InetAddress address : addresses(flight, deadline)) {
            try {
                return connect(address, flight, deadline);
            } catch (ConnectException | NoRouteToHostException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        throw failure == null ? new ConnectException("no address") : failure;
    }

    private InetAddress[] addresses(Flight flight, long deadline) throws IOException, InterruptedException {
        if (isLiteral(host)) {
            return InetAddress.getAllByName(host);
        }
        CompletableFuture<InetAddress[]> answer;
        try {
            answer = CompletableFuture.supplyAsync(() -> resolve(host), resolver);
        } catch (RejectedExecutionException e) {
            throw new ClientClosedException();
        }
        flight.hold(() -> answer.cancel(true));
        try {
            return answer.get(Math.max(0, deadline - timing.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw timedOut(e);
        } catch (ExecutionException e) {
            throw noConnection(Failure.unwrap(e));
        } catch (CancellationException e) {
            // Ended from outside: the release says why.
            throw new IOException(e);
        } finally {
            flight.release();
        }
    }

    private static boolean isLiteral(String host) {
        return host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    private static InetAddress[] resolve(String host) {
        try {
            return InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new CompletionException(e);
        }
    }

    private Http1Connection connect(InetAddress address, Flight flight, long deadline) throws IOException {
        SocketChannel channel = SocketChannel.open();
        boolean connected = false;
        try {
            flight.hold(() -> Http1Connection.close(channel));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            connect(channel, new InetSocketAddress(address, port), deadline);
            Http1Connection connection =
                    secure ? new Http1Connection(channel, shakeHands(channel, deadline)) : new Http1Connection(channel);
            flight.release();
            connected = true;
            return connection;
        } finally {
            if (!connected) {
                Http1Connection.close(channel);
            }
        }
    }

    private void connect(SocketChannel channel, InetSocketAddress address, long deadline) throws IOException {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - timing.nanoTime());
        if (left <= 0) {
            throw timedOut(null);
        }
        try {
            channel.socket().connect(address, (int) Math.min(Integer.MAX_VALUE, left));
        } catch (SocketTimeoutException e) {
            throw timedOut(e);
        } catch (ConnectException e) {
            throw refused(e);
        } catch (NoRouteToHostException e) {
            throw e;
        } catch (IOException e) {
            throw noConnection(e);
        }
    }

    private SSLSocket shakeHands(SocketChannel channel, long deadline) throws IOException {
        AtomicBoolean tooLate = new AtomicBoolean();
        Timing.Alarm alarm = timing.alarm(Duration.ofNanos(Math.max(0, deadline - timing.nanoTime())), () -> {
            tooLate.set(true);
            Http1Connection.close(channel);
        });
        try {
            SSLSocket tls = (SSLSocket) context().getSocketFactory().createSocket(channel.socket(), host, port, true);
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            tls.setSSLParameters(parameters);
            tls.startHandshake();
            return tls;
        } catch (IOException e) {
            throw tooLate.get() ? timedOut(e) : e;
        } finally {
            alarm.cancel();
        }
    }

    private SSLContext context() {
        if (context != null) {
            return context;
        }
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JVM's settings for TLS can't be used", e);
        }
    }

    private static HttpConnectTimeoutException timedOut(@Nullable Exception cause) {
        HttpConnectTimeoutException failure = new HttpConnectTimeoutException("HTTP connect timed out");
        failure.initCause(cause);
        return failure;
    }

    private static ConnectException noConnection(Throwable cause) {
        ConnectException failure = new ConnectException();
        failure.initCause(cause);
        return failure;
    }

    /** Without the system's words, as the JDK's client has it: what callers are told must not depend on who connects. */
    private static ConnectException refused(ConnectException cause) {
        ConnectException failure = new ConnectException();
        failure.addSuppressed(cause);
        return failure;
    }
}
