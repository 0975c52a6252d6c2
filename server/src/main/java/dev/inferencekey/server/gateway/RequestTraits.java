package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.credential.Redaction;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What answering a request takes to know of its head.
 *
 * @param contentLength as declared, -1 if the length is not declared
 * @param http11 whether the caller knows HTTP/1.1, so chunks
 * @param head whether only the head of the answer is wanted
 * @param awaitsContinue whether the caller sends its body only when told to go on
 */
record RequestTraits(
        String requestId, boolean http11, boolean head, boolean keepAlive, long contentLength, boolean awaitsContinue) {
    private static final int MAX_REQUEST_ID = 128;

    /** {@code newId} is taken if the caller sent no id of its own, or none that is fit for logs. */
    static RequestTraits of(HttpRequest request, Supplier<String> newId) {
        String sent = request.headers().get("X-Request-Id");
        boolean http11 = request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0;
        return new RequestTraits(
                sent != null && isSane(sent) ? sent : newId.get(),
                http11,
                request.method().equals(HttpMethod.HEAD),
                HttpUtil.isKeepAlive(request),
                declaredLength(request),
                http11 && HttpUtil.is100ContinueExpected(request));
    }

    /** Whether what is left of the request can be thrown away to keep the connection. */
    boolean worthDraining() {
        return !awaitsContinue && contentLength <= ClientConnection.MAX_DRAIN_BYTES;
    }

    /** Fit for a log line and a header: short, without space, and no credential. */
    static boolean isSane(@Nullable String id) {
        if (id == null
                || id.isEmpty()
                || id.length() > MAX_REQUEST_ID
                || !Redaction.scrub(id).equals(id)) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && c != '.' && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static long declaredLength(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return 0; // The length may be what could not be read.
        }
        if (HttpUtil.isTransferEncodingChunked(request)) {
            return -1;
        }
        return request.headers().contains(HttpHeaderNames.CONTENT_LENGTH) ? HttpUtil.getContentLength(request, -1L) : 0;
    }
}
