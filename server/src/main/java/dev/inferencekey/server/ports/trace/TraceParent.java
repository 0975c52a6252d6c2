package dev.inferencekey.server.ports.trace;

import org.jspecify.annotations.Nullable;

/**
 * The place in a trace that a request comes from, as the header {@code traceparent} of W3C Trace Context tells it. Immutable.
 *
 * @param traceId 32 lower-case hex digits, not all zero
 * @param spanId 16 lower-case hex digits, not all zero
 * @param flags two hex digits; the lowest bit says whether the caller's own span is kept
 */
public record TraceParent(String traceId, String spanId, String flags) {
    private static final int TRACE_ID = 3;
    private static final int SPAN_ID = 36;
    private static final int FLAGS = 53;
    private static final int LENGTH = 55;

    /** Reads the header's value strictly; null if it is not exactly as the specification says. */
    public static @Nullable TraceParent parse(String header) {
        if (header.length() < LENGTH
                || header.charAt(TRACE_ID - 1) != '-'
                || header.charAt(SPAN_ID - 1) != '-'
                || header.charAt(FLAGS - 1) != '-'
                || !isHex(header, 0, 2)
                || !isHex(header, FLAGS, LENGTH)
                || !isId(header, TRACE_ID, SPAN_ID - 1)
                || !isId(header, SPAN_ID, FLAGS - 1)) {
            return null;
        }
        boolean version0 = header.startsWith("00");
        boolean longer = header.length() > LENGTH;
        // A later version may say more after another dash; ff is no version.
        if (header.startsWith("ff") || (longer && (version0 || header.charAt(LENGTH) != '-'))) {
            return null;
        }
        return new TraceParent(
                header.substring(TRACE_ID, SPAN_ID - 1),
                header.substring(SPAN_ID, FLAGS - 1),
                header.substring(FLAGS, LENGTH));
    }

    private static boolean isId(String text, int from, int to) {
        boolean zero = true;
        for (int i = from; i < to; i++) {
            zero &= text.charAt(i) == '0';
        }
        return !zero && isHex(text, from, to);
    }

    private static boolean isHex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }
}
