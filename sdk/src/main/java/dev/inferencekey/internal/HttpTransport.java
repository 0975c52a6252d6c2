package dev.inferencekey.internal;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends calls to one origin over HTTP/1.1 and never follows a redirect, so that a credential goes nowhere else. Thread-safe.
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
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout)
                .executor(executor)
                .build();
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
        if (!isSameOrigin(call.uri())) {
            throw new IllegalStateException("refusing to send a credential to another origin than " + base);
        }
        requireOpen();
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

    /** {@link #send} and wait. An interrupt cancels the call. */
    public Reply exchange(Call call, CallWatch watch) throws IOException, InterruptedException {
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
            // The JDK's client lets some of what it can't read escape as it is: a length that is no number, for
            // instance.
            throw new IOException(cause.toString(), cause);
        }
    }

    /** @throws IllegalStateException if this is closed */
    public void requireOpen() {
        if (http == null) {
            throw new IllegalStateException("this client is closed");
        }
    }

    /** Sends the call once; {@code begun} is told of an error answer as soon as its head has come. */
    CompletableFuture<HttpResponse<Body>> request(
            Call call, Map<String, String> watchHeaders, Consumer<BegunError> begun) {
        HttpClient client = http;
        if (client == null) {
            return CompletableFuture.failedFuture(new ClientClosedException());
        }
        BodyPublisher body = call.body();
        HttpRequest.Builder request = HttpRequest.newBuilder(call.uri());
        watchHeaders.forEach((name, value) -> addIfAllowed(request, name, value));
        request.method(call.method(), body == null ? BodyPublishers.noBody() : body)
                .setHeader("Authorization", call.credential().header())
                .setHeader("Accept", call.events() ? MediaTypes.EVENT_STREAM + ", " + MediaTypes.JSON : MediaTypes.JSON)
                .setHeader("User-Agent", userAgent);
        if (body != null) {
            request.setHeader("Content-Type", MediaTypes.JSON);
        }
        call.headers().forEach(request::setHeader);
        try {
            return client.sendAsync(request.build(), info -> receive(call, info, begun));
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(new ClientClosedException());
        }
    }

    /** Watchers may add what they like, but a name or value that HTTP or the JDK forbids must not break the call. */
    private static void addIfAllowed(HttpRequest.Builder request, String name, String value) {
        try {
            request.setHeader(name, value);
        } catch (IllegalArgumentException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a call listener''s header was left out: name={0}",
                    OneLine.of(name, 100));
        }
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
