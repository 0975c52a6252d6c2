package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;

/** An exchange that ends where it starts: its answer takes nothing but the request's head. */
abstract class AnswerAtOnce implements Exchange {
    private final ClientConnection connection;

    AnswerAtOnce(ClientConnection connection) {
        this.connection = connection;
    }

    final ClientConnection connection() {
        return connection;
    }

    @Override
    public final void requestBody(ByteBuf content) {
        throw ended();
    }

    @Override
    public final void requestEnded() {
        throw ended();
    }

    @Override
    public final void requestBroken(String reason) {
        throw ended();
    }

    /** The start has failed half-way: nobody knows what of the answer has been written. */
    @Override
    public final void internalError() {
        connection.abort();
    }

    @Override
    public final void clientGone() {
        throw ended();
    }

    @Override
    public final void clientWritable() {
        throw ended();
    }

    @Override
    public final void gatewayStopping() {
        throw ended();
    }

    private static IllegalStateException ended() {
        return new IllegalStateException("the exchange ended when it started");
    }
}
