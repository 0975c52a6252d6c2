package dev.inferencekey.server.gateway;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * What it takes to speak TLS with model servers. It is made when the first of them is to be connected: reading every certificate
 * authority of the system takes as long as half of everything else that the gateway does to start. Thread-safe.
 */
final class UpstreamTls {
    private final Supplier<SslContext> source;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CompletableFuture<SslContext> made = new CompletableFuture<>();

    UpstreamTls(Supplier<SslContext> source) {
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
        if (made.isDone()) {
            action.run();
            return;
        }
        if (begun.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("gateway-upstream-tls").start(this::make);
        }
        var _ = made.whenComplete((context, failure) -> executor.execute(action));
    }

    private void make() {
        try {
            made.complete(source.get());
        } catch (RuntimeException | Error e) {
            made.completeExceptionally(e); // Whoever waits asks for the context and is told.
        }
    }

    /** After {@link #prepare}. */
    SslContext context() {
        return made.join();
    }
}
