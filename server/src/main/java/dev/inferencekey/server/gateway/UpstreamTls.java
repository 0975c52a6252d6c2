package dev.inferencekey.server.gateway;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What it takes to speak TLS with model servers. It is made when the first of them is to be connected: reading every certificate
 * authority of the system takes as long as half of everything else that the gateway does to start. Thread-safe.
 */
final class UpstreamTls {
    private final Supplier<SslContext> source;
    private volatile @Nullable SslContext made;

    private UpstreamTls(Supplier<SslContext> source) {
        this.source = source;
    }

    /** Trusts whom the system trusts. */
    static UpstreamTls ofSystem() {
        return new UpstreamTls(() -> {
            try {
                return SslContextBuilder.forClient()
                        .endpointIdentificationAlgorithm("HTTPS")
                        .build();
            } catch (SSLException e) {
                throw new IllegalStateException("this Java has no usable TLS", e);
            }
        });
    }

    static UpstreamTls of(SslContext context) {
        return new UpstreamTls(() -> context);
    }

    /** Runs {@code action} as soon as {@link #context} does not take long: at once, or on {@code executor}. */
    void prepare(Executor executor, Runnable action) {
        if (made != null) {
            action.run();
            return;
        }
        Thread.ofPlatform().daemon().name("gateway-upstream-tls").start(() -> {
            try {
                context();
            } finally {
                executor.execute(action);
            }
        });
    }

    SslContext context() {
        SslContext context = made;
        if (context != null) {
            return context;
        }
        synchronized (this) {
            if (made == null) {
                made = source.get();
            }
            return made;
        }
    }
}
