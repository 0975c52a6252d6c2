package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;

/** Decides, from the head of a request alone, which exchange serves it: the first check of all. Stateless. */
final class ExchangeStart {
    private ExchangeStart() {}

    /** For a head that was read to its end. What the exchange needs of it later, it copies. */
    static Exchange of(ClientConnection connection, RequestHead head, RequestTarget target) {
        RequestTraits traits =
                RequestTraits.of(head, connection.loop().parts().ids());
        if (!head.isOnce(KnownHeader.HOST) && (head.http11() || head.has(KnownHeader.HOST))) {
            return refused(connection, traits, RequestTarget.isDataPlane(target), "send exactly one Host header", true);
        }
        return switch (target) {
            case RequestTarget.Malformed malformed ->
                refused(connection, traits, malformed.dataPlane(), malformed.reason(), false);
            case RequestTarget.OfEndpoint endpoint -> new InferenceExchange(connection, head, traits, endpoint);
            case RequestTarget.Control _ ->
                head.methodIs("TRACE") || head.methodIs("CONNECT")
                        ? new RefusedExchange(
                                connection,
                                traits,
                                false,
                                Refusal.of(ErrorCode.METHOD_NOT_ALLOWED, "this server does not do " + head.method()),
                                false)
                        : new ControlExchange(connection, head, traits);
        };
    }

    /** For a head that can't be read: what follows on the connection can't be trusted to be a request. */
    static Exchange ofUnreadable(ClientConnection connection, RequestHead head, boolean tooLong) {
        return refused(
                connection,
                RequestTraits.ofUnreadable(connection.loop().parts().ids()),
                head.target().startsWith(RequestTarget.PREFIX + "/"),
                tooLong
                        ? "the request line or the headers are too long"
                        : "the request is not HTTP/1.1 as it should be",
                true);
    }

    private static Exchange refused(
            ClientConnection connection, RequestTraits traits, boolean dataPlane, String reason, boolean close) {
        return new RefusedExchange(
                connection, traits, dataPlane, Refusal.of(ErrorCode.INVALID_REQUEST, reason), close);
    }
}
