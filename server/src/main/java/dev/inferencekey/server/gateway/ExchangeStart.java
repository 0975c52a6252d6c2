package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

/** Decides, from the head of a request alone, which exchange serves it: the first check of all. Stateless. */
final class ExchangeStart {
    private ExchangeStart() {}

    static Exchange of(ClientConnection connection, HttpRequest request) {
        GatewayParts parts = connection.loop().parts();
        RequestTraits traits = RequestTraits.of(request, () -> parts.ids().next("req"));
        boolean http1 = request.protocolVersion().majorVersion() == 1;
        if (request.decoderResult().isFailure() || !http1) {
            boolean dataPlane = request.uri().startsWith(RequestTarget.PREFIX + "/");
            String reason = request.decoderResult().cause() instanceof TooLongFrameException
                    ? "the request line or the headers are too long"
                    : "the request is not HTTP/1.1 as it should be";
            return refused(connection, traits, dataPlane, ErrorCode.INVALID_REQUEST, reason, true);
        }
        RequestTarget target = RequestTarget.parse(request.uri());
        boolean dataPlane = target instanceof RequestTarget.OfEndpoint
                || (target instanceof RequestTarget.Malformed malformed && malformed.dataPlane());
        int hosts = request.headers().getAll(HttpHeaderNames.HOST).size();
        if (hosts > 1 || (hosts == 0 && request.protocolVersion().equals(HttpVersion.HTTP_1_1))) {
            return refused(
                    connection, traits, dataPlane, ErrorCode.INVALID_REQUEST, "send exactly one Host header", true);
        }
        return switch (target) {
            case RequestTarget.Malformed malformed ->
                refused(
                        connection,
                        traits,
                        malformed.dataPlane(),
                        ErrorCode.INVALID_REQUEST,
                        malformed.reason(),
                        false);
            case RequestTarget.OfEndpoint endpoint -> new InferenceExchange(connection, request, traits, endpoint);
            case RequestTarget.Control _ ->
                isForwarded(request.method())
                        ? new ControlExchange(connection, request, traits)
                        : refused(
                                connection,
                                traits,
                                false,
                                ErrorCode.METHOD_NOT_ALLOWED,
                                "this server does not do " + request.method(),
                                false);
        };
    }

    private static boolean isForwarded(HttpMethod method) {
        return !method.equals(HttpMethod.TRACE) && !method.equals(HttpMethod.CONNECT);
    }

    private static Exchange refused(
            ClientConnection connection,
            RequestTraits traits,
            boolean dataPlane,
            ErrorCode code,
            String reason,
            boolean close) {
        return new RefusedExchange(connection, traits, dataPlane, Refusal.of(code, reason), close);
    }
}
