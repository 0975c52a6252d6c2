package dev.inferencekey.server.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Reads the {@code Authorization} header. Stateless. */
final class BearerToken {
    private static final String SCHEME = "Bearer";

    private BearerToken() {}

    /** The token of the one {@code Authorization: Bearer …} header; null if there is none, more than one, or another scheme. */
    static @Nullable String of(HttpHeaders headers) {
        Iterator<? extends CharSequence> values = headers.valueCharSequenceIterator(HttpHeaderNames.AUTHORIZATION);
        if (!values.hasNext()) {
            return null;
        }
        String value = values.next().toString();
        return values.hasNext() ? null : parse(value);
    }

    /** The scheme in any case, at least one space, and a token without white space. */
    static @Nullable String parse(String header) {
        int length = SCHEME.length();
        if (header.length() <= length
                || header.charAt(length) != ' '
                || !header.regionMatches(true, 0, SCHEME, 0, length)) {
            return null;
        }
        int from = length;
        int to = header.length();
        while (from < to && header.charAt(from) == ' ') {
            from++;
        }
        while (to > from && header.charAt(to - 1) == ' ') {
            to--;
        }
        for (int i = from; i < to; i++) {
            char c = header.charAt(i);
            if (c <= ' ' || c >= 0x7f) {
                return null;
            }
        }
        return from == to ? null : header.substring(from, to);
    }
}
