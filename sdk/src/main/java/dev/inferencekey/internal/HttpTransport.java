package dev.inferencekey.internal;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Sends calls to one origin over HTTP/1.1 and never follows a redirect, so that a credential goes nowhere else. Thread-safe.
 *
 * <p>Calls whose caller waits for a whole answer are made in the caller's own thread ({@link Http1Client}); what is answered later, or piece by
 * piece, or is large, or goes through a proxy, is left to the JDK's client. Both send the same and fail in the same ways.
 *
 * <p>HTTP/1.1 alone: the JDK's client would otherwise offer an upgrade to h2c on plain connections, which some model servers
 * answer with 400.
 */
public final class HttpTransport implements AutoCloseable {
    /** The most of an error body that is read: enough for any message, too little to hurt. */
    private static final int MAX_ERROR_BYTES = 64 * 1024;

    private static final System.Logger LOG = System.getLogger("dev.inferencekey");

    private final URI base;
    private final int maxResponseBytes;
    private final Retries retries;
    private final Timing timing;
    private final String userAgent;
    private final ExecutorService executor;
    private final Set<PendingCall> calls = ConcurrentHashMap.newKeySet();
    private final Set<EventPipe> pipes = ConcurrentHashMap.newKeySet();
    private final Flights flights;
    private final Http1Client blocking;
    private final Http1Client.Limits limits;
    private final @Nullable ProxySelector proxies = ProxySelector.getDefault();
    /** Null once closed; then the JDK 17 client, which has no close, can be collected and its thread ends. */
    private volatile @Nullable HttpClient http;

    /**
     * @param base the only origin that is ever spoken to, with an optional path prefix
     * @param connectTimeout for the connection alone, TLS included
     * @param maxResponseBytes the largest body of a 2xx answer that is held; event streams are not held
     */
    public HttpTransport(
            URI base, Duration connectTimeout, int maxResponseBytes, String userAgent, Retries retries, Timing timing) {
        this.base = base;
        this.retries = retries;
        this.maxResponseBytes = maxResponseBytes;
        this.timing = timing;
        this.userAgent = userAgent;
        this.executor = Executors.newCachedThreadPool(new DaemonThreads("inferencekey-client"));
        this.flights = new Flights(timing);
        this.blocking = new Http1Client(new Http1Connector(base, connectTimeout, executor, timing, null), timing);
        this.limits = new Http1Client.Limits(maxResponseBytes, MAX_ERROR_BYTES);
        HttpClient.Builder client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout)
                .executor(executor);
        if (!"https".equalsIgnoreCase(base.getScheme())) {
            client.sslContext(trustingNobody());
        }
        this.http = client.build();
    }

    /** For what never speaks TLS: the JDK's client otherwise reads every certificate authority of the system when it is made. */
    private static SSLContext trustingNobody() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[0], null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    /** The base address, without a trailing slash. */
    public URI base() {
        return base;
    }

    /** How calls are tried again. */
    Retries retries() {
        return retries;
    }

    /** The time that calls are measured with. */
    public Timing timing() {
        return timing;
    }

    /** Threads for work that waits; grows as needed, so that waiting work can't starve the connections. */
    public ExecutorService executor() {
        return executor;
    }

    /** Whether an address belongs to the server that this transport speaks to. */
    public boolean isSameOrigin(URI uri) {
        String scheme = uri.getScheme();
        String host = uri.getHost();
        return scheme != null
                && host != null
                && scheme.equalsIgnoreCase(base.getScheme())
                && host.equalsIgnoreCase(base.getHost())
                && port(uri) == port(base);
    }

    /** The port that an address means, the scheme's default if it names none. */
    public static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    /**
     * Starts a call. The future completes with an answer of any status, or fails with an {@link IOException}; cancelling it
     * cancels the call.
     *
     * @param watch is told of the attempts
     * @throws IllegalStateException if this is closed, or the address is of another origin
     */
    public CompletableFuture<Reply> send(Call call, CallWatch watch) {
        requireSendable(call);
        PendingCall pending = new PendingCall(this, call, watch, timing);
        calls.add(pending);
        Futures.onEnd(pending, (reply, failure) -> calls.remove(pending));
        pending.start();
        if (http == null) {
            // Closed between the check and the registration; close() may have missed it.
            pending.completeExceptionally(new ClientClosedException());
        }
        return pending;
    }

    private void requireSendable(Call call) {
        if (!isSameOrigin(call.uri())) {
            throw new IllegalStateException("refusing to send a credential to another origin than " + base);
        }
        requireOpen();
    }

    /** {@link #send} and wait. An interrupt cancels the call. */
    public Reply exchange(Call call, CallWatch watch) throws IOException, InterruptedException {
        if (!BlockingCall.suits(call) || isProxied(call.uri())) {
            return await(call, watch);
        }
        requireSendable(call);
        BlockingCall blockingCall = new BlockingCall(this, call, watch);
        Flight flight = blockingCall.flight();
        flights.add(flight);
        try {
            if (http == null) {
                // Closed between the check and the registration; close() may have missed it.
                flight.end(new ClientClosedException());
            }
            return blockingCall.run();
        } catch (RuntimeException e) {
            throw unexpected(e);
        } finally {
            flights.remove(flight);
        }
    }

    /** Proxies are left to the JDK's client, which knows how to speak to them. */
    private boolean isProxied(URI uri) {
        if (proxies == null) {
            return false;
        }
        List<Proxy> chosen = proxies.select(uri);
        return !chosen.isEmpty() && chosen.get(0).type() != Proxy.Type.DIRECT;
    }

    private Reply await(Call call, CallWatch watch) throws IOException, InterruptedException {
        CompletableFuture<Reply> pending = send(call, watch);
        try {
            return pending.get();
        } catch (InterruptedException e) {
            pending.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            Throwable cause = Failure.unwrap(e);
            if (cause instanceof IOException io) {
                throw io;
            }
            throw unexpected(cause);
        }
    }

    /** The JDK lets some of what it can't do escape as it is: a header that is none, or an answer's length that is no number, for instance. */
    private static IOException unexpected(Throwable cause) {
        return new IOException(cause.toString(), cause);
    }

    /** @throws IllegalStateException if this is closed */
    public void requireOpen() {
        if (http == null) {
            throw new IllegalStateException("this client is closed");
        }
    }

    /** Sends the call once, in this thread. */
    Reply exchange(Call call, int number, Map<String, String> watchHeaders, Flight flight)
            throws IOException, InterruptedException {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        forEachHeader(call, watchHeaders, headers::put);
        byte[] request = RequestBytes.of(call.method(), call.uri(), headers, (BytesBody) call.body());
        boolean repeatable = call.method().equals("GET");
        Http1Client.Answer answer = blocking.exchange(request, repeatable, flight, limits);
        return new Reply(call.uri(), answer.status(), answer.headers(), answer.body(), number);
    }

    /** Sends the call once; {@code begun} is told of an error answer as soon as its head has come. */
    CompletableFuture<HttpResponse<Body>> request(
            Call call, Map<String, String> watchHeaders, Consumer<BegunError> begun) {
        HttpClient client = http;
        if (client == null) {
            return CompletableFuture.failedFuture(new ClientClosedException());
        }
        BodyPublisher body = call.body();
        HttpRequest.Builder request =
                HttpRequest.newBuilder(call.uri()).method(call.method(), body == null ? BodyPublishers.noBody() : body);
        forEachHeader(call, watchHeaders, request::setHeader);
        try {
            return client.sendAsync(request.build(), info -> receive(call, info, begun));
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(new ClientClosedException());
        }
    }

    /**
     * The headers in the order in which each replaces those before. What HTTP or the JDK forbids is left out if it comes from a watcher, who
     * must not break the call.
     *
     * @throws IllegalArgumentException if one of the call's own is forbidden
     */
    private void forEachHeader(Call call, Map<String, String> watchHeaders, BiConsumer<String, String> set) {
        watchHeaders.forEach((name, value) -> {
            try {
                requireAllowed(name, value);
                set.accept(name, value);
            } catch (IllegalArgumentException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "a call listener''s header was left out: name={0}",
                        OneLine.of(name, 100));
            }
        });
        set.accept("Authorization", call.credential().header());
        set.accept("Accept", call.events() ? MediaTypes.EVENT_STREAM + ", " + MediaTypes.JSON : MediaTypes.JSON);
        set.accept("User-Agent", userAgent);
        if (call.body() != null) {
            set.accept("Content-Type", MediaTypes.JSON);
        }
        call.headers().forEach((name, value) -> {
            requireAllowed(name, value);
            set.accept(name, value);
        });
    }

    /** By the rules of the JDK's client, whoever sends it. */
    private static void requireAllowed(String name, String value) {
        HttpRequest.newBuilder().setHeader(name, value);
    }

    private BodySubscriber<Body> receive(Call call, ResponseInfo info, Consumer<BegunError> begun) {
        boolean success = info.statusCode() / 100 == 2;
        if (success && call.events() && MediaTypes.of(info.headers()).equals(MediaTypes.EVENT_STREAM)) {
            EventPipe pipe = new EventPipe(timing);
            pipes.add(pipe);
            pipe.onEnd(() -> pipes.remove(pipe));
            if (http == null) {
                pipe.abort(new ClientClosedException());
            }
            return pipe;
        }
        BoundedBody body = new BoundedBody(success ? maxResponseBytes : MAX_ERROR_BYTES, !success);
        if (!success) {
            begun.accept(new BegunError(info, body));
        }
        return body;
    }

    /** Ends every call and stream in flight, and all threads. Idempotent. */
    @Override
    public void close() {
        HttpClient client = http;
        http = null;
        if (client == null) {
            return;
        }
        calls.forEach(call -> call.completeExceptionally(new ClientClosedException()));
        pipes.forEach(pipe -> pipe.abort(new ClientClosedException()));
        flights.end(ClientClosedException::new);
        blocking.close();
        shutDown(client);
        timing.close();
        executor.shutdown();
    }

    /** On JDK 21 and newer the client can be closed; this compiles for 17, where it ends once it is unreachable. */
    private static void shutDown(HttpClient client) {
        if (client instanceof AutoCloseable) {
            try {
                HttpClient.class.getMethod("shutdownNow").invoke(client);
            } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException("the JDK's HTTP client could not be closed", e);
            }
        }
    }
}
