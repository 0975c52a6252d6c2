package dev.inferencekey.internal;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Gathers a body up to a limit and no further: a huge one ends the connection instead of filling the memory.
 *
 * <p>Signals arrive one after the other, as the Flow rules say; only the future is shared.
 */
final class BoundedBody implements BodySubscriber<Body> {
    private final int limit;
    private final boolean acceptBroken;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<Body> body = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;

    /**
     * @param limit the most bytes to hold
     * @param acceptBroken whether a connection that breaks ends the body instead of failing it; for error bodies, of which the
     *     status already says the most
     */
    BoundedBody(int limit, boolean acceptBroken) {
        this.limit = limit;
        this.acceptBroken = acceptBroken;
    }

    @Override
    public CompletionStage<Body> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        if (body.isDone()) {
            return;
        }
        for (ByteBuffer buffer : buffers) {
            int taken = Math.min(buffer.remaining(), limit - bytes.size());
            byte[] copy = new byte[taken];
            buffer.get(copy);
            bytes.write(copy, 0, taken);
            if (buffer.hasRemaining()) {
                Flow.Subscription source = subscription;
                if (source != null) {
                    source.cancel();
                }
                body.complete(new Body.Whole(bytes.toByteArray(), true));
                return;
            }
        }
    }

    @Override
    public void onError(Throwable failure) {
        if (acceptBroken) {
            body.complete(new Body.Whole(bytes.toByteArray(), true));
        } else {
            body.completeExceptionally(failure);
        }
    }

    /** What has come, as a body that is not whole. */
    Body soFar() {
        return new Body.Whole(bytes.toByteArray(), true);
    }

    @Override
    public void onComplete() {
        body.complete(new Body.Whole(bytes.toByteArray(), false));
    }
}
