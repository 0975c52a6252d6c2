package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Which headers pass in which direction. Stateless.
 *
 * <p>Notes. Towards a model server everything passes except what is about the connection, the caller's identity or the way that the request
 * took; content codings are not offered to it, so that usage can be read from its answer. From a model server only what is listed passes: its
 * other headers name the engine, its address or its own limits. To and from the manager everything passes except what is about the
 * connection and what only the gateway may say.
 */
final class HeaderRules {
    private static final String[] CONNECTION = {
        "connection",
        "keep-alive",
        "proxy-connection",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "http2-settings",
        "content-length",
        "expect"
    };

    private static final String[] SAID_BY_THE_GATEWAY = {
        "x-request-id",
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-port",
        "x-forwarded-proto",
        "x-forwarded-prefix",
        "x-forwarded-server",
        "x-forwarded-ssl",
        "x-real-ip",
        "x-inferencekey-internal"
    };

    private static final String[] CALLERS_OWN = {
        "host",
        "authorization",
        "cookie",
        "cookie2",
        "api-key",
        "x-api-key",
        "origin",
        "referer",
        "accept-encoding",
        "x-inferencekey-max-wait",
        "x-csrf-token",
        "true-client-ip",
        "cf-connecting-ip",
        "x-client-ip",
        "via"
    };

    private static final HeaderNames NOT_TO_MODEL_SERVER =
            HeaderNames.of(joined(CONNECTION, SAID_BY_THE_GATEWAY, CALLERS_OWN));
    private static final HeaderNames NOT_TO_MANAGER = HeaderNames.of(joined(CONNECTION, SAID_BY_THE_GATEWAY));
    private static final HeaderNames FROM_MODEL_SERVER = HeaderNames.of(
            "content-type",
            "content-encoding",
            "content-disposition",
            "content-language",
            "cache-control",
            "retry-after",
            "openai-processing-ms",
            "openai-version");
    private static final HeaderNames NOT_FROM_MANAGER =
            HeaderNames.of(joined(CONNECTION, new String[] {"x-request-id", "x-inferencekey-internal"}));

    private HeaderRules() {}

    static void toModelServer(HttpHeaders headers, ByteBuf head) {
        allBut(NOT_TO_MODEL_SERVER, headers, head);
    }

    static void toManager(HttpHeaders headers, ByteBuf head) {
        allBut(NOT_TO_MANAGER, headers, head);
    }

    static void fromManager(HttpHeaders headers, ByteBuf head) {
        allBut(NOT_FROM_MANAGER, headers, head);
    }

    static void fromModelServer(HttpHeaders headers, ByteBuf head) {
        Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
        while (all.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = all.next();
            if (FROM_MODEL_SERVER.contains(header.getKey())) {
                HeadWriter.header(head, header.getKey(), header.getValue());
            }
        }
    }

    private static void allBut(HeaderNames left, HttpHeaders headers, ByteBuf head) {
        List<String> named = namedByConnection(headers);
        Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
        while (all.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = all.next();
            CharSequence name = header.getKey();
            if (!left.contains(name) && !isAmong(named, name)) {
                HeadWriter.header(head, name, header.getValue());
            }
        }
    }

    private static List<String> namedByConnection(HttpHeaders headers) {
        List<String> named = List.of();
        Iterator<? extends CharSequence> values = headers.valueCharSequenceIterator(HttpHeaderNames.CONNECTION);
        while (values.hasNext()) {
            CharSequence value = values.next();
            if (AsciiString.contentEqualsIgnoreCase("keep-alive", value)
                    || AsciiString.contentEqualsIgnoreCase("close", value)) {
                continue;
            }
            if (named.isEmpty()) {
                named = new ArrayList<>();
            }
            for (String name : value.toString().split(",", -1)) {
                named.add(name.strip());
            }
        }
        return named;
    }

    private static boolean isAmong(List<String> named, CharSequence name) {
        for (int i = 0; i < named.size(); i++) {
            if (AsciiString.contentEqualsIgnoreCase(named.get(i), name)) {
                return true;
            }
        }
        return false;
    }

    private static String[] joined(String[]... parts) {
        List<String> all = new ArrayList<>();
        for (String[] part : parts) {
            all.addAll(List.of(part));
        }
        return all.toArray(String[]::new);
    }
}
