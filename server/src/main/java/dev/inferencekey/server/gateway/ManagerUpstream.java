package dev.inferencekey.server.gateway;

import dev.inferencekey.server.ports.health.Health;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where the manager listens, once it does, and how it knows that a request came through the gateway.
 *
 * <p>Notes. The gateway needs no manager to serve inference, so it opens first; whoever calls the control plane in that moment waits.
 *
 * <p>Thread-safe.
 */
public final class ManagerUpstream {
    private final String internalSecret;
    private final @Nullable Health alone;
    private final CompletableFuture<UpstreamAddress> listening = new CompletableFuture<>();

    /** @param internalSecret made anew at each start; sent as {@code X-InferenceKey-Internal}. A secret: never logged. */
    public ManagerUpstream(String internalSecret) {
        this(internalSecret, null);
    }

    private ManagerUpstream(String internalSecret, @Nullable Health alone) {
        this.internalSecret = internalSecret;
        this.alone = alone;
    }

    /** For a node that has no manager: the gateway itself tells how the node is. */
    public static ManagerUpstream none(Health health) {
        return new ManagerUpstream("", health);
    }

    /** How the node is, if there is no manager that would tell; null if there is one. */
    @Nullable
    Health alone() {
        return alone;
    }

    /** The manager listens from now on: those who wait are let through. {@code address} is a loopback address. */
    public void listensAt(InetSocketAddress address) {
        listening.complete(UpstreamAddress.plain(address));
    }

    String internalSecret() {
        return internalSecret;
    }

    /** Null until it listens. */
    @Nullable
    UpstreamAddress address() {
        return listening.getNow(null);
    }

    /** Runs {@code action} once it listens, on some thread; at once if it does already. */
    void whenListening(Runnable action) {
        var _ = listening.thenRun(action);
    }

    @Override
    public String toString() {
        return "ManagerUpstream[" + address() + "]";
    }
}
