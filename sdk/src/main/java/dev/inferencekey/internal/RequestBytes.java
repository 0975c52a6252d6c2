package dev.inferencekey.internal;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Requests as HTTP/1.1 sends them. */
final class RequestBytes {
    private RequestBytes() {}

    /** @param headers allowed ones, beside those that tell the host and the body's length */
    static byte[] of(String method, URI uri, Map<String, String> headers, @Nullable BytesBody body) {
        StringBuilder head = new StringBuilder(512).append(method).append(' ');
        String path = uri.getRawPath();
        head.append(path.isEmpty() ? "/" : path);
        if (uri.getRawQuery() != null) {
            head.append('?').append(uri.getRawQuery());
        }
        head.append(" HTTP/1.1\r\nHost: ").append(uri.getHost());
        if (uri.getPort() >= 0) {
            head.append(':').append(uri.getPort());
        }
        if (body != null) {
            head.append("\r\nContent-Length: ").append(body.contentLength());
        } else if (!method.equals("GET")) {
            head.append("\r\nContent-Length: 0");
        }
        head.append("\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        byte[] bytes = head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
        if (body == null) {
            return bytes;
        }
        byte[] all = Arrays.copyOf(bytes, bytes.length + body.bytes().length);
        System.arraycopy(body.bytes(), 0, all, bytes.length, body.bytes().length);
        return all;
    }
}
