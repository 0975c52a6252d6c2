package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.inference.RequestTarget;

/** Decides, from the head of a request alone, which exchange serves it: the first check of all. Stateless. */
final class ExchangeStart {
    /** What the control plane's paths can have. */
    private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

    private ExchangeStart() {}

    /** For a head that was read to its end. What the exchange needs of it later, it copies. */
    static Exchange of(ClientConnection connection, RequestHead head, RequestTarget target) {
        RequestTraits traits = RequestTraits.of(head, connection.loop().parts().ids());
        if (!head.isOnce(KnownHeader.HOST) && (head.http11() || head.has(KnownHeader.HOST))) {
            return refused(connection, traits, RequestTarget.isDataPlane(target), "send exactly one Host header", true);
        }
        Listening listening = connection.listening();
        if (listening.nodes()) {
            return NodeExchange.of(connection, head, traits);
        }
        if (RequestTarget.isDataPlane(target) ? !listening.dataPlane() : !listening.controlPlane()) {
            Exchange health = HealthExchange.of(connection, head, traits);
            return health == null ? elsewhere(connection, traits, RequestTarget.isDataPlane(target)) : health;
        }
        return switch (target) {
            case RequestTarget.Malformed malformed ->
                refused(connection, traits, malformed.dataPlane(), malformed.reason(), false);
            case RequestTarget.OfEndpoint endpoint ->
                PreflightExchange.answers(connection, head)
                        ? PreflightExchange.of(connection, head, traits)
                        : new InferenceExchange(connection, head, traits, endpoint);
            case RequestTarget.Control _ ->
                head.methodIs("TRACE") || head.methodIs("CONNECT")
                        ? new RefusedExchange(
                                connection,
                                traits,
                                false,
                                Refusal.ofMethod("method " + head.method() + " is not supported", METHODS),
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

    /** Where each plane has an address of its own, or a node serves one of them. */
    private static Exchange elsewhere(ClientConnection connection, RequestTraits traits, boolean dataPlane) {
        GatewayParts parts = connection.loop().parts();
        String reason = switch (parts.config().role()) {
            case GATEWAY ->
                "this node serves inference alone; the control plane is at nodes with the role manager or all";
            case MANAGER ->
                "this node serves the control plane alone; inference is at nodes with the role gateway or all";
            case ALL ->
                dataPlane
                        ? "inference is not served at this address, which is the control plane's"
                        : "the control plane is not served at this address; it has one of its own here";
        };
        return new RefusedExchange(
                connection,
                traits,
                dataPlane,
                Refusal.of(dataPlane ? ErrorCode.ROUTE_NOT_SERVED : ErrorCode.NOT_FOUND, reason),
                false);
    }

    private static Exchange refused(
            ClientConnection connection, RequestTraits traits, boolean dataPlane, String reason, boolean close) {
        return new RefusedExchange(connection, traits, dataPlane, Refusal.of(ErrorCode.INVALID_REQUEST, reason), close);
    }
}
