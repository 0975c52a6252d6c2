package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Answers a browser that asks whether a page may call the data plane. It asks without credentials, so nothing is told that depends on
 * one. Every header that a page asks for is allowed: none of them does anything here that a page could not do without a browser.
 */
final class PreflightExchange extends AnswerAtOnce {
    private static final String MAX_AGE_SECONDS = "600";
    private static final int MAX_HEADERS = 50;
    private static final int MAX_NAME = 64;

    private final RequestTraits request;
    private final String allowedHeaders;

    private PreflightExchange(ClientConnection connection, RequestTraits request, String allowedHeaders) {
        super(connection);
        this.request = request;
        this.allowedHeaders = allowedHeaders;
    }

    /** Whether a browser asks that, for a page that may. */
    static boolean answers(ClientConnection connection, RequestHead head) {
        CorsPolicy cors = connection.loop().parts().config().edge().cors();
        return !cors.off()
                && head.methodIs("OPTIONS")
                && head.has(KnownHeader.ACCESS_CONTROL_REQUEST_METHOD)
                && head.isOnce(KnownHeader.ORIGIN)
                && cors.allows(head.value(KnownHeader.ORIGIN));
    }

    static PreflightExchange of(ClientConnection connection, RequestHead head, RequestTraits request) {
        Set<String> headers = new LinkedHashSet<>();
        headers.add("authorization");
        headers.add("content-type");
        for (String name : head.list(KnownHeader.ACCESS_CONTROL_REQUEST_HEADERS).split(",", MAX_HEADERS + 1)) {
            String asked = name.strip();
            if (isName(asked)) {
                headers.add(asked);
            }
        }
        return new PreflightExchange(connection, request, String.join(", ", headers));
    }

    /** In lower case, as browsers send them. */
    private static boolean isName(String text) {
        if (text.isEmpty() || text.length() > MAX_NAME) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= MessageHead.TOKEN.length || MessageHead.TOKEN[c] != c) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void start() {
        ClientResponse response = new ClientResponse(connection(), request);
        if (!connection().requestEnded() && !request.worthDraining()) {
            response.lastOnConnection();
        }
        ByteBuf head = response.startHead(204, 0);
        HeadWriter.header(head, "Access-Control-Allow-Methods", "GET, POST");
        HeadWriter.header(head, "Access-Control-Allow-Headers", allowedHeaders);
        HeadWriter.header(head, "Access-Control-Max-Age", MAX_AGE_SECONDS);
        response.endHead(head, 204, 0);
        response.end();
    }
}
