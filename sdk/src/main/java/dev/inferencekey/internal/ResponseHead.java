package dev.inferencekey.internal;

import java.net.ProtocolException;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Locale;

/**
 * The head of an answer to any method but HEAD and CONNECT.
 *
 * @param persistent whether the connection may be used again if nothing else speaks against it
 * @param length of the body in bytes, or {@link #CHUNKED} or {@link #UNTIL_CLOSE}
 */
record ResponseHead(int status, HttpHeaders headers, boolean persistent, long length) {
    static final long CHUNKED = -1;
    static final long UNTIL_CLOSE = -2;

    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final int MAX_DIGITS = 18;

    /**
     * Where the answer ends is told by RFC 9112, section 6.3; what can be understood in more than one way is refused.
     *
     * @param minor of the version, 0 or more
     * @throws ProtocolException if it is not clear where the body ends
     */
    static ResponseHead of(int minor, int status, HttpHeaders headers) throws ProtocolException {
        List<String> codings = headers.allValues("Transfer-Encoding");
        List<String> lengths = headers.allValues("Content-Length");
        boolean persistent = isPersistent(minor, headers.allValues("Connection"));
        if (status == NO_CONTENT || status == NOT_MODIFIED) {
            boolean announced = !codings.isEmpty()
                    || (status == NO_CONTENT && lengths.stream().anyMatch(n -> !n.equals("0")));
            return new ResponseHead(status, headers, persistent && !announced, 0);
        }
        if (codings.isEmpty()) {
            return new ResponseHead(status, headers, persistent, lengths.isEmpty() ? UNTIL_CLOSE : length(lengths));
        }
        if (!lengths.isEmpty()) {
            throw new ProtocolException("the answer has both a Content-Length and a Transfer-Encoding");
        }
        if (minor == 0 || codings.size() > 1 || !codings.get(0).equalsIgnoreCase("chunked")) {
            throw new ProtocolException("Transfer-Encoding " + String.join(", ", codings) + " is not understood");
        }
        return new ResponseHead(status, headers, persistent, CHUNKED);
    }

    private static boolean isPersistent(int minor, List<String> connection) {
        boolean persistent = minor > 0;
        for (String value : connection) {
            for (String option : value.split(",", -1)) {
                switch (option.strip().toLowerCase(Locale.ROOT)) {
                    case "close" -> {
                        return false;
                    }
                    case "keep-alive" -> persistent = true;
                    default -> {}
                }
            }
        }
        return persistent;
    }

    /** Several are fine if they say the same. */
    private static long length(List<String> values) throws ProtocolException {
        String first = values.get(0);
        boolean same = values.stream().allMatch(first::equals);
        if (!same
                || first.isEmpty()
                || first.length() > MAX_DIGITS
                || !first.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new ProtocolException("Content-Length " + String.join(", ", values) + " is not understood");
        }
        return Long.parseLong(first);
    }
}
