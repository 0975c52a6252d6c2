package dev.inferencekey.server.gateway;

/** Answers a request that can't be understood, at once. */
final class RefusedExchange extends AnswerAtOnce {
    private final RequestTraits request;
    private final boolean dataPlane;
    private final Refusal refusal;
    private final boolean close;

    /** {@code close} if what follows on the connection can't be trusted to be a request. */
    RefusedExchange(
            ClientConnection connection, RequestTraits request, boolean dataPlane, Refusal refusal, boolean close) {
        super(connection);
        this.request = request;
        this.dataPlane = dataPlane;
        this.refusal = refusal;
        this.close = close;
    }

    @Override
    public void start() {
        ClientResponse response = new ClientResponse(connection(), request);
        if (close) {
            response.lastOnConnection();
        }
        if (dataPlane) {
            RequestMeter meter = new RequestMeter(
                    connection().loop(), request.requestId(), connection().clientAddress(), RequestTrace.NONE);
            meter.failed(refusal.code());
            meter.end(refusal.code().status(), false, 0, TokenCount.UNKNOWN);
        }
        ErrorBody.send(response, dataPlane, request.requestId(), refusal);
    }
}
