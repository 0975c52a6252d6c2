package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;

/** Answers a request that can't be understood, at once. */
final class RefusedExchange implements Exchange {
    private final ClientConnection connection;
    private final RequestTraits request;
    private final boolean dataPlane;
    private final Refusal refusal;
    private final boolean close;

    /** {@code close} if what follows on the connection can't be trusted to be a request. */
    RefusedExchange(
            ClientConnection connection, RequestTraits request, boolean dataPlane, Refusal refusal, boolean close) {
        this.connection = connection;
        this.request = request;
        this.dataPlane = dataPlane;
        this.refusal = refusal;
        this.close = close;
    }

    @Override
    public void start() {
        ClientResponse response = new ClientResponse(connection, request);
        if (close) {
            response.lastOnConnection();
        }
        if (dataPlane) {
            RequestMeter meter = new RequestMeter(
                    connection.loop(), request.requestId(), connection.clientAddress(), RequestTrace.NONE);
            meter.failed(refusal.code());
            meter.end(refusal.code().status(), false, 0, null);
        }
        ErrorBody.send(response, dataPlane, request.requestId(), refusal);
    }

    @Override
    public void requestBody(ByteBuf content) {
        throw ended();
    }

    @Override
    public void requestEnded() {
        throw ended();
    }

    @Override
    public void requestBroken(String reason) {
        throw ended();
    }

    @Override
    public void internalError() {
        throw ended();
    }

    @Override
    public void clientGone() {
        throw ended();
    }

    @Override
    public void clientWritable() {
        throw ended();
    }

    @Override
    public void gatewayStopping() {
        throw ended();
    }

    private static IllegalStateException ended() {
        return new IllegalStateException("the exchange ended when it started");
    }
}
