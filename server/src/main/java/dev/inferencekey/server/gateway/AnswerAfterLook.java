package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.RejectedExecutionException;

/**
 * An exchange whose answer takes nothing but the request's head, but a look that may have to be waited for: a thread of its own looks.
 *
 * <p>Confined to its event loop, but for {@link #look}.
 *
 * @param <T> what is seen
 */
abstract class AnswerAfterLook<T> implements Exchange {
    private final ClientConnection connection;
    private final RequestTraits request;
    private final String threadName;
    private boolean ended;

    AnswerAfterLook(ClientConnection connection, RequestTraits request, String threadName) {
        this.connection = connection;
        this.request = request;
        this.threadName = threadName;
    }

    /** Runs on a thread of its own; may wait, and never throws. */
    abstract T look();

    /** Writes the whole answer. */
    abstract void answer(ClientResponse response, T seen);

    /** Whether the connection is of use to its client after the answer, or more of the request's body would come first. */
    final boolean connectionGoesOn() {
        return connection.requestEnded() || request.worthDraining();
    }

    @Override
    public final void start() {
        Thread.ofVirtual().name(threadName).start(() -> {
            T seen = look();
            try {
                connection.loop().loop().execute(() -> seen(seen));
            } catch (RejectedExecutionException e) {
                // The gateway was stopped, and the client's connection with it.
            }
        });
    }

    private void seen(T seen) {
        if (!ended) {
            ended = true;
            answer(new ClientResponse(connection, request), seen);
        }
    }

    @Override
    public final void requestBody(ByteBuf content) {
        // Of no interest.
    }

    @Override
    public final void requestEnded() {
        // The answer is on its way.
    }

    @Override
    public final void requestBroken(String reason) {
        internalError();
    }

    @Override
    public final void internalError() {
        ended = true;
        connection.abort();
    }

    @Override
    public final void clientGone() {
        ended = true;
    }

    @Override
    public final void clientWritable() {
        // The whole answer is written at once.
    }

    @Override
    public final void gatewayStopping() {
        internalError();
    }
}
