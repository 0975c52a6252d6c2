package dev.inferencekey.server.runtime.probe;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP clients that ask model servers how they are. Thread-safe.
 *
 * <p>Notes. HTTP/1.1, since an attempt at h2c makes some engines answer 400. No proxy, whatever this Java is set to, since calls use none
 * either: what is found must be what calls will find. The JDK's client reads every certificate authority of the
 * system when it is made, which takes a tenth of a whole start; so the one for plain HTTP is given a TLS context that trusts nobody,
 * and the other one is made when the first {@code https} address is asked.
 */
public final class EngineHttp implements AutoCloseable {
    private final Duration connectTimeout;
    private final ExecutorService threads;
    private final HttpClient plain;
    private @Nullable HttpClient tls;
    private boolean closed;

    /** @param threadNames what the names of its threads begin with */
    public EngineHttp(String threadNames, Duration connectTimeout) {
        this.connectTimeout = connectTimeout;
        this.threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name(threadNames, 0).factory());
        this.plain = builder().sslContext(trustingNobody()).build();
    }

    private HttpClient.Builder builder() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(HttpClient.Builder.NO_PROXY)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout)
                .executor(threads);
    }

    private static SSLContext trustingNobody() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[0], null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    /**
     * The client for plain HTTP.
     *
     * <p>Every attempt at {@code https} with it fails.
     */
    public HttpClient plain() {
        return plain;
    }

    /**
     * The client for this address.
     *
     * @throws IOException after the end
     */
    public HttpClient clientFor(URI address) throws IOException {
        return "https".equalsIgnoreCase(address.getScheme()) ? tls() : plain;
    }

    private synchronized HttpClient tls() throws IOException {
        if (closed) {
            throw new IOException("closed"); // As a client that was closed says it.
        }
        HttpClient made = tls;
        if (made == null) {
            made = builder().build();
            tls = made;
        }
        return made;
    }

    /** Breaks off what runs. Idempotent. */
    @Override
    public void close() {
        plain.shutdownNow();
        synchronized (this) {
            closed = true;
            if (tls != null) {
                tls.shutdownNow();
            }
        }
        threads.shutdownNow();
    }
}
