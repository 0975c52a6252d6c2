package dev.inferencekey.server.gateway;

import dev.inferencekey.server.ports.access.ReplicaTarget.Place;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks another node something over its listener for nodes. Confined to one event loop; the answer may be waited for anywhere, and comes in any
 * case: as {@link #unknown} if the node does not answer in time, or not as one of this version.
 *
 * @param <A> what is answered
 */
abstract class NodeQuestion<A> implements UpstreamPool.Acquirer, UpstreamConnection.Receiver {
    private final GatewayLoop loop;
    private final String node;
    private final String path;
    private final Duration patience;
    private final A unknown;
    private final CompletableFuture<A> answer = new CompletableFuture<>();
    private @Nullable UpstreamConnection upstream;

    /**
     * @param node where it listens for nodes, {@code HOST:PORT}
     * @param path what is asked for, with {@code GET}
     * @param unknown what is answered for it if it does not
     */
    NodeQuestion(GatewayLoop loop, String node, String path, Duration patience, A unknown) {
        this.loop = loop;
        this.node = node;
        this.path = path;
        this.patience = patience;
        this.unknown = unknown;
    }

    /** Asks; called once. */
    final CompletableFuture<A> ask() {
        loop.loop().execute(this::begin);
        // An event loop that is being stopped forgets what it was to do.
        return answer.completeOnTimeout(unknown, 2 * patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void begin() {
        var _ = loop.loop().schedule(this::giveUp, patience.toMillis(), TimeUnit.MILLISECONDS);
        acquire(true);
    }

    private void acquire(boolean mayReuse) {
        loop.pool().acquire(UpstreamAddress.of(URI.create("https://" + node), Place.OTHER_NODE), mayReuse, this);
    }

    final void answer(A said) {
        answer.complete(said);
    }

    /** There is no answer, or no more of it. */
    final void giveUp() {
        if (answer.complete(unknown) && upstream != null) {
            upstream.cancel();
            upstream = null;
        }
    }

    @Override
    public final void connected(UpstreamConnection connected) {
        if (answer.isDone()) {
            loop.pool().putBack(connected);
            return;
        }
        upstream = connected;
        connected.begin(this, false, patience.toNanos(), patience.toNanos());
        ByteBuf out = Unpooled.buffer(128);
        HeadWriter.requestLine(out, "GET", path);
        HeadWriter.header(out, "Host", node);
        HeadWriter.end(out);
        connected.send(out);
        connected.requestEnded();
    }

    @Override
    public final void connectFailed() {
        answer.complete(unknown);
    }

    @Override
    public void responseBody(ByteBuf content) {
        // All is said by the head, or this is overridden.
    }

    @Override
    public final void responseReadComplete() {
        // Of no interest.
    }

    @Override
    public void responseEnded() {
        upstream = null;
    }

    @Override
    public final void failed(UpstreamConnection.Failure failure, boolean untouched) {
        UpstreamConnection failed = upstream;
        upstream = null;
        if (untouched && failed != null && failed.reused() && !answer.isDone()) {
            acquire(false); // It lay idle, and may have been closed for that.
        } else {
            answer.complete(unknown);
        }
    }

    @Override
    public final void upstreamWritable() {
        // Everything has been sent.
    }
}
