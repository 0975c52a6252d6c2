package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A request's HEADERS, found to be sound, and written as the head of one HTTP/1.1 request.
 *
 * <p>Notes. In HTTP/2 a value may hold any byte, and lengths are told by frames; in HTTP/1.1 line ends and two headers say where a request
 * ends. Whatever could say it differently there is malformed here: RFC 9113, sections 8.2 and 8.3. Netty's decoder checks much of that too;
 * this does not rely on it.
 *
 * @param contentLength as declared, -1 if it is not
 */
record Http2RequestHead(
        String method,
        String path,
        String host,
        long contentLength,
        boolean endOfStream,
        @Nullable String cookie,
        Http2Headers fields) {
    private static final int MAX_LENGTH_DIGITS = 18;
    private static final Set<String> ABOUT_THE_CONNECTION =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "http2-settings");
    private static final byte[] CHUNKED = "transfer-encoding: chunked\r\n".getBytes(US_ASCII);

    /** The request, or null if it is malformed. */
    static @Nullable Http2RequestHead read(Http2Headers headers, boolean endOfStream) {
        String method = null;
        String path = null;
        String scheme = null;
        String authority = null;
        String host = null;
        String length = null;
        StringJoiner cookies = new StringJoiner("; ");
        boolean regular = false;
        for (Map.Entry<CharSequence, CharSequence> field : headers) {
            String name = field.getKey().toString();
            CharSequence value = field.getValue();
            if (!isValue(value)) {
                return null;
            }
            if (name.startsWith(":")) {
                String text = value.toString();
                boolean again = switch (name) {
                    case ":method" -> method != null;
                    case ":path" -> path != null;
                    case ":scheme" -> scheme != null;
                    case ":authority" -> authority != null;
                    default -> true; // Unknown, or of an answer.
                };
                if (again || regular) {
                    return null;
                }
                switch (name) {
                    case ":method" -> method = text;
                    case ":path" -> path = text;
                    case ":scheme" -> scheme = text;
                    default -> authority = text;
                }
                continue;
            }
            regular = true;
            if (!isName(name)
                    || ABOUT_THE_CONNECTION.contains(name)
                    || (name.equals("te") && !"trailers".contentEquals(value))) {
                return null;
            }
            switch (name) {
                case "host" -> {
                    if (host != null) {
                        return null;
                    }
                    host = value.toString();
                }
                case "content-length" -> {
                    if (length != null) {
                        return null;
                    }
                    length = value.toString();
                }
                case "cookie" -> cookies.add(value);
                default -> {
                    // Written as it is.
                }
            }
        }
        if (authority != null && host != null && !authority.equalsIgnoreCase(host)) {
            return null;
        }
        String addressed = authority != null ? authority : host;
        if (method == null || path == null || addressed == null || !("https".equals(scheme) || "http".equals(scheme))) {
            return null;
        }
        long declared = length == null ? -1 : number(length);
        boolean sound = isToken(method)
                && isVisible(path)
                && (path.startsWith("/") || (path.equals("*") && method.equals("OPTIONS")))
                && isVisible(addressed)
                && addressed.indexOf('@') < 0
                && addressed.indexOf('/') < 0
                && (length == null || declared >= 0)
                && !(endOfStream && declared > 0);
        return sound
                ? new Http2RequestHead(
                        method,
                        path,
                        addressed,
                        declared,
                        endOfStream,
                        cookies.length() == 0 ? null : cookies.toString(),
                        headers)
                : null;
    }

    /** Whether these may stand behind a body. They are dropped, as a recipient may. */
    static boolean areTrailers(Http2Headers headers) {
        for (Map.Entry<CharSequence, CharSequence> field : headers) {
            String name = field.getKey().toString();
            if (!isName(name) || ABOUT_THE_CONNECTION.contains(name) || !isValue(field.getValue())) {
                return false;
            }
        }
        return true;
    }

    /** Whether the body's length is told by chunks. */
    boolean chunked() {
        return contentLength < 0 && !endOfStream;
    }

    void writeTo(ByteBuf out) {
        HeadWriter.requestLine(out, method, path);
        HeadWriter.header(out, "host", host);
        for (Map.Entry<CharSequence, CharSequence> field : fields) {
            CharSequence name = field.getKey();
            switch (name.toString()) {
                case ":method", ":path", ":scheme", ":authority", "host", "content-length", "cookie", "te" -> {
                    // Told otherwise.
                }
                default -> header(out, name, field.getValue());
            }
        }
        if (cookie != null) {
            header(out, "cookie", cookie);
        }
        if (contentLength >= 0) {
            HeadWriter.contentLength(out, contentLength);
        } else if (!endOfStream) {
            out.writeBytes(CHUNKED);
        }
        HeadWriter.end(out);
    }

    /** Byte by byte, since values may hold more than ASCII. */
    private static void header(ByteBuf out, CharSequence name, CharSequence value) {
        ByteBufUtil.writeAscii(out, name);
        out.writeByte(':').writeByte(' ');
        for (int i = 0; i < value.length(); i++) {
            out.writeByte(value.charAt(i));
        }
        out.writeBytes(HeadWriter.CRLF);
    }

    private static boolean isName(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= MessageHead.TOKEN.length || c == 0 || MessageHead.TOKEN[c] != c) {
                return false; // Not a token, or in upper case.
            }
        }
        return !text.isEmpty();
    }

    private static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= MessageHead.TOKEN.length || MessageHead.TOKEN[c] == 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isVisible(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    private static boolean isValue(CharSequence value) {
        int length = value.length();
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            boolean edge = i == 0 || i == length - 1;
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff || (edge && (c == ' ' || c == '\t'))) {
                return false;
            }
        }
        return true;
    }

    private static long number(String digits) {
        if (digits.isEmpty() || digits.length() > MAX_LENGTH_DIGITS) {
            return -1;
        }
        return digits.chars().allMatch(c -> c >= '0' && c <= '9') ? Long.parseLong(digits) : -1;
    }

    /** Values may be credentials. */
    @Override
    public String toString() {
        return "Http2RequestHead";
    }
}
